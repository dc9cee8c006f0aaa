import { useEffect, useState } from "react";
import type { ConnectionState } from "../../lib/model";

const SPOKEN_FOR_MS = 5000;

interface LiveRegionProps {
  connectionState: ConnectionState;
}

/** Speaks changes of state and nothing else; empty again after 5 s, so that no text stands twice. */
export function LiveRegion({ connectionState }: LiveRegionProps) {
  const [known, setKnown] = useState(connectionState);
  const [isSpeaking, setIsSpeaking] = useState(false);
  if (known !== connectionState) {
    setKnown(connectionState);
    setIsSpeaking(true);
  }

  useEffect(() => {
    if (!isSpeaking) return undefined;
    const timer = setTimeout(() => {
      setIsSpeaking(false);
    }, SPOKEN_FOR_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [isSpeaking, known]);

  return (
    <p aria-live="polite" className="zg:sr-only">
      {isSpeaking ? `Connection: ${known}` : ""}
    </p>
  );
}
