// How far a scan of the chain's logs has come, in words.
import { formatWholePercent } from "./format";
import type { Scan } from "./model";

/** Null once all is counted. A scan that is under way never reads 100 %. */
export function scannedShare(scan: Scan | null | undefined): string | null {
  if (!scan || scan.complete) return null;
  return formatWholePercent(Math.min(99, Math.floor((scan.progress ?? 0) * 100)));
}

/** What was counted so far is a lower bound. */
export function atLeast(text: string, scan: Scan | null | undefined): string {
  return scannedShare(scan) === null ? text : `≥ ${text}`;
}
