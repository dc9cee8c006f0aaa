// Figures as text. Everything here is independent of the viewer's locale, so that two people read the same page.

export const UNKNOWN = "—";

const GROUPED = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const ONE_DECIMAL = new Intl.NumberFormat("en-US", { minimumFractionDigits: 1, maximumFractionDigits: 1 });

function isNumber(value: number | null | undefined): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

export function formatCount(value: number | null): string {
  return isNumber(value) ? GROUPED.format(value) : UNKNOWN;
}

export function formatLatency(ms: number | null): string {
  return isNumber(ms) ? `${GROUPED.format(ms)}ms` : UNKNOWN;
}

export function formatOneDecimal(value: number): string {
  return ONE_DECIMAL.format(value);
}

export function formatWholePercent(percent: number): string {
  return `${GROUPED.format(percent)}%`;
}

/** One decimal; a share that exists never reads 0.0 %. */
export function formatShare(percent: number): string {
  return percent > 0 && percent < 0.1 ? "<0.1%" : `${ONE_DECIMAL.format(percent)}%`;
}

/** A size given in GB (10^9 bytes): GB from 0.1 GB up, below that the unit that keeps the figure above zero. */
export function formatSize(gb: number | null): string {
  if (!isNumber(gb)) return UNKNOWN;
  if (gb >= 0.1 || gb <= 0) return `${ONE_DECIMAL.format(Math.max(0, gb))} GB`;
  const kb = gb * 1e6;
  if (kb >= 999.95) return `${ONE_DECIMAL.format(kb / 1000)} MB`;
  if (kb >= 0.1) return `${ONE_DECIMAL.format(kb)} KB`;
  return `${GROUPED.format(Math.max(1, kb * 1000))} B`;
}

/** `0xa79F…F91E`; text that is no address comes back as it is. */
export function shortAddress(address: string): string {
  return /^0x[0-9a-fA-F]{40}$/.test(address) ? `${address.slice(0, 6)}…${address.slice(-4)}` : address;
}

export function formatBlock(block: number): string {
  return `#${GROUPED.format(block)}`;
}

interface Tokens {
  status: string;
  inputTokens: number | null;
  outputTokens: number | null;
  totalTokens?: number | null;
}

/** `512/128`, `256/...` while the job runs, `256/—` when the answer never came, `640 total` when only the sum is known. */
export function formatTokens({ status, inputTokens, outputTokens, totalTokens }: Tokens): string {
  if (!isNumber(inputTokens) && !isNumber(outputTokens) && isNumber(totalTokens)) {
    return `${formatCount(totalTokens)} total`;
  }
  const missing = isUnderWay(status) ? "..." : UNKNOWN;
  const output = isNumber(outputTokens) ? formatCount(outputTokens) : missing;
  return `${formatCount(inputTokens)}/${output}`;
}

export function formatJobLatency(status: string, latencyMs: number | null): string {
  if (isUnderWay(status)) return "...";
  return status === "failed" ? UNKNOWN : formatLatency(latencyMs);
}

function isUnderWay(status: string): boolean {
  return status === "running" || status === "pending";
}
