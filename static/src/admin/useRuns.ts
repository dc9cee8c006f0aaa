import { useCallback, useEffect, useState } from "react";
import type { AdminApi } from "./api";
import type { Run } from "./model";
import type { Trouble } from "./trouble";

export interface Runs {
  runs: readonly Run[];
  trouble: Trouble | null;
  refresh: () => void;
}

/** The list of runs: read again on demand, and when the tab is shown again. */
export function useRuns(api: AdminApi, initial: readonly Run[]): Runs {
  const [runs, setRuns] = useState(initial);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const refresh = useCallback(() => {
    void api.runs().then((answer) => {
      if ("trouble" in answer) {
        setTrouble(answer.trouble);
      } else {
        setTrouble(null);
        setRuns(answer.value);
      }
    });
  }, [api]);
  useEffect(() => {
    const onVisibility = () => {
      if (!document.hidden) refresh();
    };
    document.addEventListener("visibilitychange", onVisibility);
    return () => {
      document.removeEventListener("visibilitychange", onVisibility);
    };
  }, [refresh]);
  return { runs, trouble, refresh };
}
