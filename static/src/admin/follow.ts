// Follows a run to its end, over as many connections as it takes: the run goes on without its watchers.
import type { AdminApi } from "./api";
import { readEvents, type ServerEvent } from "./events";
import type { Trouble } from "./trouble";

export type Contact = "connecting" | "live" | "lost";

export interface Follower {
  onEvent: (event: ServerEvent) => void;
  onContact: (contact: Contact) => void;
  /** Nothing more will come. */
  onTrouble: (trouble: Trouble) => void;
}

const FIRST_PAUSE_MS = 500;
const MAX_PAUSE_MS = 4_000;
/** What asking again cannot mend. */
const FINAL = new Set(["unauthorized", "not_found"]);

/** Ends with the run's last event, or when `signal` says so. */
export async function followRun(api: AdminApi, id: string, follower: Follower, signal: AbortSignal): Promise<void> {
  let lastEventId: number | null = null;
  let failures = 0;
  while (!isAborted(signal)) {
    const answer = await api.events(id, lastEventId, signal);
    if (isAborted(signal)) return;
    if ("trouble" in answer) {
      if (FINAL.has(answer.trouble.code)) {
        follower.onTrouble(answer.trouble);
        return;
      }
    } else {
      follower.onContact("live");
      try {
        for await (const event of readEvents(answer.value)) {
          if (isAborted(signal)) return;
          lastEventId = event.id;
          failures = 0;
          follower.onEvent(event);
          if (event.name === "done") return;
        }
      } catch {
        // The line broke or fell silent; the next one goes on behind the last event.
      }
    }
    if (isAborted(signal)) return;
    follower.onContact("lost");
    await pause(Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures), signal);
    failures += 1;
  }
}

// A function, because it may change while something is awaited.
const isAborted = (signal: AbortSignal) => signal.aborted;

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
