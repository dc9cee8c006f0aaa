// Server time in the browser. The viewer's wall clock may be wrong by hours, so it is never read: the server's Date
// at the moment of receipt plus the monotonic time since then.

export interface ServerClock {
  /** Server time at receipt, milliseconds since the epoch. */
  date: number;
  /** `performance.now()` at receipt. */
  receivedAt: number;
}

export function serverNow(clock: ServerClock, monotonicNow: number): number {
  return clock.date + Math.max(0, monotonicNow - clock.receivedAt);
}
