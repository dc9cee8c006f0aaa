// What a source is worth right now. The `state` of a reply was true when it was rendered; nginx may serve it long
// after the program behind it died, so age decides and the reply's word can only make things worse.
import { ageMs } from "./age";
import type { Source } from "./model";

export type SourceState = Source["state"];

export function stateNow(source: Source, now: number | null): SourceState {
  if (source.state === "off") return "off";
  if (source.fetchedAt === null) return "error";
  const age = ageMs(source.fetchedAt, now);
  if (age !== null && age > source.staleAfterMs) return "stale";
  return source.state;
}

/** True when figures of this source are shown and must not look healthy. */
export function isStale(source: Source | undefined, now: number | null): boolean {
  return source !== undefined && stateNow(source, now) === "stale";
}

/** A reason reads "what · since when · what to do"; this is its first part. */
export function whatOf(reason: string): string {
  return reason.split(" · ", 1)[0] ?? reason;
}

/** Why a part that shows nothing shows nothing; null when its source has given no reason. */
export function reasonOf(source: Source): string | null {
  return source.reason ?? (source.fetchedAt === null ? "no answer yet" : null);
}
