// Where a figure comes from, in one line: `0xa79F…F91E · #22,874,461 · 3 s`.
import { ageMs, formatDuration } from "./age";
import { formatBlock, shortAddress } from "./format";
import { reasonOf, stateNow, whatOf } from "./freshness";
import type { Source } from "./model";

export interface Origin {
  /** Contract or host; the reason where the source has given nothing. */
  name: string;
  block: string | null;
  age: string | null;
}

export function originOf(source: Source, now: number | null): Origin {
  const state = stateNow(source, now);
  if (state === "off" || state === "error") return { name: whatOf(reasonOf(source) ?? state), block: null, age: null };
  const age = ageMs(source.fetchedAt, now);
  const block = source.asOf?.block ?? source.origin?.block ?? null;
  return {
    name: originName(source),
    block: block === null ? null : formatBlock(block),
    age: age === null ? null : formatDuration(age),
  };
}

/** As it stands under figures. One that never answered is named: why it did not stands in the figures' place. */
export function footOriginOf(source: Source, now: number | null): Origin {
  const origin = originOf(source, now);
  const isAsked = stateNow(source, now) === "error" && source.origin !== null;
  return isAsked ? { ...origin, name: originName(source) } : origin;
}

/** Of the operator's own machine; its host only where it may be shown. */
export function ownNodeOf(source: Source, now: number | null): Origin {
  const origin = footOriginOf(source, now);
  if (source.origin === null || stateNow(source, now) === "off") return origin;
  return { ...origin, name: origin.name.startsWith("$") ? "own node" : `own node ${origin.name}` };
}

export function originLine(source: Source, now: number | null): string {
  const { name, block, age } = originOf(source, now);
  return [name, block, age].filter((part) => part !== null).join(" · ");
}

/** The contract, or the host. */
function originName({ origin }: Source): string {
  if (origin?.contract) return shortAddress(origin.contract);
  return origin?.endpoint?.replace(/^https?:\/\//, "") ?? "origin not named";
}
