import { useSyncExternalStore } from "react";

/**
 * False while a server renders and until the browser has taken its markup over: what only the viewer's machine knows,
 * as its time zone, waits for it. True from the first render on where no server has rendered.
 */
export function useIsHydrated(): boolean {
  return useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
}

function never(): () => void {
  return () => undefined;
}
