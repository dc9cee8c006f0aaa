// The snapshot that nginx wrote into the page, for a first paint with data.
import type { Metrics } from "./model";
import { asMetrics } from "./reply";

export interface Snapshot {
  metrics: Metrics;
  /** Server time when the page was served, milliseconds since the epoch. */
  date: number;
}

/** Null while the server had nothing to include; the page then starts as "connecting". */
export function readSnapshot(document: Document): Snapshot | null {
  const block = document.getElementById("snapshot");
  const date = Number(block?.dataset.served) * 1000;
  if (!block || !Number.isFinite(date) || date <= 0) return null;
  try {
    const metrics = asMetrics(JSON.parse(block.textContent));
    return metrics && { metrics, date };
  } catch {
    return null;
  }
}
