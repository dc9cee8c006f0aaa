import { useEffect, useRef, useState } from "react";

/** The text as it was at most `everyMs` ago, so that a live region does not speak without pause. */
export function useSpoken(text: string, everyMs = 5000): string {
  const [spoken, setSpoken] = useState(text);
  const latest = useRef(text);
  useEffect(() => {
    latest.current = text;
  }, [text]);
  useEffect(() => {
    const timer = setInterval(() => {
      setSpoken(latest.current);
    }, everyMs);
    return () => {
      clearInterval(timer);
    };
  }, [everyMs]);
  return spoken;
}
