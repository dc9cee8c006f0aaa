// Which figures have a history worth drawing, and what can be said of one in words.
import { formatDuration } from "./age";
import { formatCount, formatLatency, formatOneDecimal, formatSize, formatWholePercent } from "./format";
import type { Figure, SourceName } from "./model";

/** A value for each step, oldest first; null where nobody knew it. */
export type Series = readonly (number | null)[];

/** How far back a line reaches. */
export const SPAN_MS = 15 * 60_000;

export interface Track {
  figure: Figure;
  label: string;
  /** Of the source that the figure comes from. */
  source: SourceName;
  format: (value: number) => string;
  /** The top of the drawing; the largest value unless told. The bottom is zero. */
  full?: number;
}

export const TRACKS: readonly Track[] = [
  { figure: "gpuUtilization", label: "GPU utilization", source: "gpu", format: formatWholePercent, full: 100 },
  { figure: "memoryUtilization", label: "GPU memory", source: "gpu", format: formatWholePercent, full: 100 },
  { figure: "activeJobs", label: "Active jobs", source: "jobs", format: formatCount },
  { figure: "avgLatencyMs", label: "Average latency", source: "jobs", format: formatLatency },
  { figure: "tokensPerSecond", label: "Tokens per second", source: "jobs", format: formatOneDecimal },
  { figure: "completedJobs", label: "Completed within 15 min", source: "jobs", format: formatCount },
  { figure: "failedJobs", label: "Failed within 15 min", source: "jobs", format: formatCount },
  { figure: "usedStorageGb", label: "Storage used", source: "storage", format: formatSize },
  { figure: "headAgeMs", label: "Age of the newest block", source: "chain", format: formatDuration },
];

export function isKnown(value: number | null): value is number {
  return value !== null;
}

/** Between what the figure moved, and for how long nobody knew it; null when it was never known. */
export function summary({ format }: Track, series: Series, stepMs: number): string[] | null {
  const known = series.filter(isKnown);
  if (known.length === 0) return null;
  const [least, most] = [format(Math.min(...known)), format(Math.max(...known))];
  const gaps = (series.length - known.length) * stepMs;
  const words = [least === most ? `always ${most}` : `${least} to ${most}`];
  if (gaps > 0) words.push(`unknown for ${formatDuration(gaps)}`);
  return words;
}
