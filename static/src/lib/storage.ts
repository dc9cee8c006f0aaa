// What the storage figures mean, in words.
import { formatCount, formatSize } from "./format";
import type { StorageMetrics } from "./model";
import { scannedShare } from "./scan";

const BYTES_PER_GB = 1e9;

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

/** How far the first scan has come; null once all is counted. */
export function scannedOf({ scan }: StorageMetrics): string | null {
  return scannedShare(scan);
}

/** A line of words, and all that stands behind it. */
interface Remark {
  text: string;
  detail: string;
}

/** What two sources say differently; undefined while they agree. */
export function differencesOf({ checks }: StorageMetrics): Remark | undefined {
  const differing = (checks ?? []).filter(({ state }) => state === "differs");
  if (differing.length === 0) return undefined;
  return {
    text: `differs: ${differing.map(({ name }) => name).join(", ")}`,
    detail: differing.map(({ name, ours, theirs }) => `${name}: ${ours} here, ${theirs} there`).join(" · "),
  };
}

/** What 0G's storage explorer counts for the wallet, until its submissions are all counted here. */
export function explorerOf({ basis, scan, explorer }: StorageMetrics): Remark | undefined {
  const bytes = explorer?.bytes ?? null;
  if (basis !== "agent" || scan?.complete || bytes === null) return undefined;
  const text = `0G's own count: ${formatSize(bytes / BYTES_PER_GB)} in ${formatCount(explorer?.files ?? null)} files`;
  return { text, detail: `${text}, expired ones among them` };
}
