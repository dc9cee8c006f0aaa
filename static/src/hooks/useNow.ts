import { useSyncExternalStore } from "react";

/**
 * The given server time, or, for an embedder that gives none, the browser's own clock by the second. Null while
 * rendering on a server, so that its markup and the first client render agree.
 */
export function useNow(given: number | null | undefined): number | null {
  const own = useSyncExternalStore(given === undefined ? everySecond : never, wholeSecond, () => null);
  return given === undefined ? own : given;
}

function wholeSecond(): number {
  return Math.floor(Date.now() / 1000) * 1000;
}

function everySecond(notify: () => void): () => void {
  const timer = setInterval(notify, 1000);
  return () => {
    clearInterval(timer);
  };
}

function never(): () => void {
  return () => undefined;
}
