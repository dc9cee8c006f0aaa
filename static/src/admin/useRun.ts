import { useEffect, useReducer } from "react";
import type { AdminApi } from "./api";
import type { ServerEvent } from "./events";
import { followRun, type Contact } from "./follow";
import type { Call, Run } from "./model";
import { asCall, asRun } from "./reply";
import type { Trouble } from "./trouble";

export interface LiveRun {
  /** As the last event told it: the first one's figures until the run has ended. */
  run: Run | null;
  /** In the order in which they ended. */
  calls: readonly Call[];
  contact: Contact;
  trouble: Trouble | null;
}

type Change = { event: ServerEvent } | { contact: Contact } | { trouble: Trouble };

const NOTHING: LiveRun = { run: null, calls: [], contact: "connecting", trouble: null };

/** Follows a run that is on; `api` and `id` stay the same for the component's life (give it a key). */
export function useRun(api: AdminApi, id: string): LiveRun {
  const [live, change] = useReducer(reduce, NOTHING);
  useEffect(() => {
    const leaving = new AbortController();
    const follower = {
      onEvent: (event: ServerEvent) => {
        change({ event });
      },
      onContact: (contact: Contact) => {
        change({ contact });
      },
      onTrouble: (trouble: Trouble) => {
        change({ trouble });
      },
    };
    void followRun(api, id, follower, leaving.signal);
    return () => {
      leaving.abort();
    };
  }, [api, id]);
  return live;
}

export function reduce(live: LiveRun, change: Change): LiveRun {
  if ("contact" in change) return { ...live, contact: change.contact };
  if ("trouble" in change) return { ...live, trouble: change.trouble };
  const { name, id, data } = change.event;
  if (name !== "call") return { ...live, run: asRun(data) ?? live.run };
  const call = asCall(data);
  // Call k is event k; StrictMode and a server that repeats itself may tell one twice.
  return call && id > live.calls.length ? { ...live, calls: [...live.calls, call] } : live;
}
