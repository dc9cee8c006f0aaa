// What the storage figures mean, in words.
import { formatWholePercent } from "./format";
import type { StorageMetrics } from "./model";

const USED = {
  submissions: "files of this wallet",
  disk: "disk use of the own node",
  share: "estimate from the own node's shard",
  network: "all of 0G Storage",
} as const;

const TOTAL = {
  budget: "budget",
  affordable: "paid + still affordable at today's price",
  limit: "limit of the own node",
  disk: "disk of the own node",
} as const;

export function basisText({ usedBasis }: StorageMetrics): string | undefined {
  return usedBasis && USED[usedBasis];
}

/** Undefined without a total. */
export function totalText({ totalBasis }: StorageMetrics): string | undefined {
  return totalBasis ? TOTAL[totalBasis] : undefined;
}

/** How far the first scan has come; null once all is counted. A scan that is under way never reads 100 %. */
export function scannedOf({ scan }: StorageMetrics): string | null {
  if (!scan || scan.complete) return null;
  return formatWholePercent(Math.min(99, Math.floor((scan.progress ?? 0) * 100)));
}

/** What two sources say differently; undefined while they agree. */
export function differencesOf({ checks }: StorageMetrics): string | undefined {
  const names = (checks ?? []).filter(({ state }) => state === "differs").map(({ name }) => name);
  return names.length === 0 ? undefined : `differs: ${names.join(", ")}`;
}
