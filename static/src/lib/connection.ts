// The one word in the header, and why. It judges the last reply at the moment it came: a paused page must not claim
// that the chain went away.
import { ageMs, formatDuration } from "./age";
import { stateNow } from "./freshness";
import type { ConnectionState, Metrics } from "./model";

/** Longest time between two renderings of a living program, with room for the cache in between. */
const RENDERED_WITHIN_MS = 12_000;
const FAILURES_TO_DISCONNECT = 2;

export interface Connection {
  state: ConnectionState;
  /** Why the state is not "connected"; null when there is nothing to say. */
  message: string | null;
}

export interface Contact {
  metrics: Metrics | null;
  /** Server time when `metrics` was received. */
  date: number | null;
  /** Failed polls since the last good one, and what the last of them met. */
  failures: number;
  failure: string | null;
}

export function connectionOf({ metrics, date, failures, failure }: Contact): Connection {
  if (failures >= FAILURES_TO_DISCONNECT) return { state: "disconnected", message: failure };
  if (metrics === null || date === null) return { state: "connecting", message: null };
  const silence = ageMs(metrics.renderedAt, date);
  if (silence === null || silence > RENDERED_WITHIN_MS) {
    return { state: "disconnected", message: "metrics program not answering" };
  }
  const chain = metrics.sources.chain;
  if (stateNow(chain, date) === "fresh") return { state: "connected", message: null };
  return { state: "error", message: chainTrouble(metrics, date) };
}

/** Unreachable, or reachable with a head that stands still: the second must not be called the first. */
function chainTrouble({ sources: { chain }, network }: Metrics, date: number): string {
  const standsStill = chain.code === "head_stuck";
  const since = ageMs(standsStill ? network.head?.time : chain.fetchedAt, date);
  const trouble = standsStill ? "0G chain stands still" : "0G chain unreachable";
  return since === null ? trouble : `${trouble} for ${formatDuration(since)}`;
}
