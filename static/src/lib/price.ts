// Money is a decimal string of neuron (10^18 neuron are 1 0G) and may pass what a double holds, so it stays integer.

const NEURON_PER_TOKEN_TO_0G_PER_MILLION = 10n ** 12n;

/** Exact 0G per million tokens of a price in neuron per token; null when the price is unknown or no integer. */
export function pricePerMillion(neuronPerToken: string | null): string | null {
  if (neuronPerToken === null || !/^\d{1,39}$/.test(neuronPerToken)) return null;
  const neuron = BigInt(neuronPerToken);
  const whole = (neuron / NEURON_PER_TOKEN_TO_0G_PER_MILLION).toString().replace(/\B(?=(\d{3})+$)/g, ",");
  const fraction = (neuron % NEURON_PER_TOKEN_TO_0G_PER_MILLION).toString().padStart(12, "0").replace(/0+$/, "");
  return fraction === "" ? whole : `${whole}.${fraction}`;
}
