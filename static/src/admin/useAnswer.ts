import { useEffect, useState } from "react";
import type { Answer } from "./api";

/** Asks whenever `ask` is another function or the turn another; null while the answer is on its way. */
export function useAnswer<T>(ask: () => Promise<Answer<T>>, turn: number): Answer<T> | null {
  const [answer, setAnswer] = useState<Answer<T> | null>(null);
  useEffect(() => {
    let isCurrent = true;
    void ask().then((next) => {
      if (isCurrent) setAnswer(next);
    });
    return () => {
      isCurrent = false;
    };
  }, [ask, turn]);
  return answer;
}
