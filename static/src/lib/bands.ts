// Load bands. A band follows the value rounded to a whole percent, so that the word always agrees with the figure.

export type Band = "normal" | "high" | "very-high";

/** First whole percent of "high" and of "very high". */
interface Limits {
  high: number;
  veryHigh: number;
}

export const PROCESSOR_LIMITS: Limits = { high: 50, veryHigh: 81 };
export const STORAGE_LIMITS: Limits = { high: 60, veryHigh: 81 };

const WORDS: Record<Band, string> = { normal: "normal", high: "high", "very-high": "very high" };

/** Brings a utilisation into 0..100; null when it is unknown or no number. */
export function clampPercent(value: number | null): number | null {
  if (value === null || !Number.isFinite(value)) return null;
  return Math.min(100, Math.max(0, value));
}

export function bandOf(percent: number, limits: Limits): Band {
  const whole = Math.round(percent);
  if (whole >= limits.veryHigh) return "very-high";
  return whole >= limits.high ? "high" : "normal";
}

export function bandWord(band: Band): string {
  return WORDS[band];
}
