// What a person types as 0G, in neuron. Integers throughout: a double holds no 18 decimals.
const DECIMALS = 18;
const UNIT = 10n ** BigInt(DECIMALS);

/** Neuron of "0.01"; null for what is no positive amount of 0G with at most 18 decimals. */
export function parse0G(text: string): bigint | null {
  const [, whole, fraction = ""] = /^(\d{1,20})(?:\.(\d{1,18}))?$/.exec(text.trim()) ?? [];
  if (whole === undefined) return null;
  const neuron = BigInt(whole) * UNIT + BigInt(fraction.padEnd(DECIMALS, "0"));
  return neuron > 0n ? neuron : null;
}

/** The amount as parse0G takes it back, exactly. */
export function plain0G(neuron: bigint): string {
  const fraction = (neuron % UNIT).toString().padStart(DECIMALS, "0").replace(/0+$/, "");
  return `${(neuron / UNIT).toString()}${fraction === "" ? "" : "."}${fraction}`;
}
