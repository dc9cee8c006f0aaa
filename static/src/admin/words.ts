// The states of a run, its figures and its times as a person reads them.
import { UNKNOWN } from "../lib/format";
import { amountIn0G } from "../lib/price";
import type { Run } from "./model";

const ENDS: Record<NonNullable<Run["end"]>, string> = {
  done: "all calls made",
  cancelled: "cancelled",
  budget: "the next call could have passed the cap",
  overrun: "a provider billed more than a call can cost",
  failures: "five failures in a row",
  duration: "its time was up",
  interrupted: "the program was stopped",
};

export function stateWords({ state, end }: Run): string {
  if (state === "RUNNING") return "running";
  const how = end === null || end === "done" ? "" : `: ${ENDS[end]}`;
  return `${state === "COMPLETE" ? "complete" : "partial"}${how}`;
}

/** "0.0000054 0G", every digit of it. */
export function money(neuron: string | null): string {
  const amount = amountIn0G(neuron);
  return amount === null ? UNKNOWN : `${amount} 0G`;
}

/** "861.744 ms", as the report writes it. */
export function duration(us: number | null): string {
  return us === null ? UNKNOWN : `${(us / 1000).toFixed(3)} ms`;
}

/** "2026-11-22 17:47:18 UTC": times of the report, not of the viewer. */
export function moment(time: string): string {
  return `${time.slice(0, 10)} ${time.slice(11, 19)} UTC`;
}
