import { useEffect, useState } from "react";
import type { History } from "../lib/model";
import { startPolling } from "../lib/poller";
import { asHistory } from "../lib/reply";

/** Two points of the server come in this time. */
const INTERVAL_MS = 10_000;

interface HistoryState {
  /** The last one that came; it stays while the server does not answer. */
  history: History | null;
  /** Why there is no newer one. */
  failure: string | null;
}

/** Polls `url` (/api/history of any instance), much slower than the figures themselves. */
export function useHistory(url: string, { paused }: { paused: boolean }): HistoryState {
  const [state, setState] = useState<HistoryState>({ history: null, failure: null });
  useEffect(() => {
    if (paused) return undefined;
    return startPolling({
      url,
      intervalMs: INTERVAL_MS,
      read: asHistory,
      what: "history",
      onReply: (history) => {
        setState({ history, failure: null });
      },
      onFailure: (failure) => {
        setState(({ history }) => ({ history, failure }));
      },
    });
  }, [url, paused]);
  return state;
}
