// Money is a decimal string of neuron (10^18 neuron are 1 0G) and may pass what a double holds, so it stays integer.

/** Service types that are billed per image; the others are billed per token. */
const PER_IMAGE = new Set(["text-to-image", "image-editing"]);

const PER_MILLION_TOKENS_DECIMALS = 12;
const PER_IMAGE_DECIMALS = 18;
const WHOLE_0G_DECIMALS = 18;

/** The integer divided by 10^decimals, exactly. */
function exactDecimal(integer: bigint, decimals: number): string {
  const unit = 10n ** BigInt(decimals);
  const whole = (integer / unit).toString().replace(/\B(?=(\d{3})+$)/g, ",");
  const fraction = (integer % unit).toString().padStart(decimals, "0").replace(/0+$/, "");
  return fraction === "" ? whole : `${whole}.${fraction}`;
}

function isNeuron(text: string | null): text is string {
  return text !== null && /^\d{1,39}$/.test(text);
}

export function isPricedPerImage(serviceType: string | null): boolean {
  return serviceType !== null && PER_IMAGE.has(serviceType);
}

/** Exact 0G of an amount in neuron; null when it is unknown or no integer. */
export function amountIn0G(neuron: string | null): string | null {
  return isNeuron(neuron) ? exactDecimal(BigInt(neuron), WHOLE_0G_DECIMALS) : null;
}

/** Exact 0G per million tokens, or per image, of a price in neuron; null when the price is unknown or no integer. */
export function priceIn0G(neuron: string | null, serviceType: string | null): string | null {
  if (!isNeuron(neuron)) return null;
  return exactDecimal(BigInt(neuron), isPricedPerImage(serviceType) ? PER_IMAGE_DECIMALS : PER_MILLION_TOKENS_DECIMALS);
}
