import type { SourceName } from "./model";

/** Every source in the order of the panel, in words that say what it is read for. */
const TITLES: Record<SourceName, string> = {
  chain: "Chain head",
  compute: "Compute services",
  ledger: "Ledger and balances",
  gpu: "GPU",
  storage: "Storage",
  inft: "iNFT",
  jobs: "Inference jobs",
  status: "Provider status",
  mirror: "Task results",
  probe: "Provider probes",
};

export const SOURCE_NAMES = Object.keys(TITLES) as SourceName[];

export function sourceTitle(name: SourceName): string {
  return TITLES[name];
}
