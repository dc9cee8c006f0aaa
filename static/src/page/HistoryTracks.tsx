import { useRef } from "react";
import { useHistory } from "../hooks/useHistory";
import { useOnScreen } from "../hooks/useOnScreen";
import { formatDuration } from "../lib/age";
import { reasonOf, stateNow, whatOf } from "../lib/freshness";
import { isKnown, SPAN_MS, TRACKS, type Track } from "../lib/history";
import type { History, Source, Sources } from "../lib/model";
import { HistoryTrack } from "./HistoryTrack";

interface HistoryTracksProps {
  url: string;
  sources: Sources;
  isPaused: boolean;
  now: number | null;
}

/** The last minutes of each figure. Nobody asks for them while nobody looks. */
export function HistoryTracks({ url, sources, isPaused, now }: HistoryTracksProps) {
  const section = useRef<HTMLElement>(null);
  const isOnScreen = useOnScreen(section);
  const { history, failure } = useHistory(url, { paused: isPaused || !isOnScreen });
  return (
    <section ref={section} aria-labelledby="history" className="zg-tracks zg:flex zg:flex-col zg:gap-10 zg:text-desk">
      <h2 id="history" className="zg:text-section zg:strong">
        Last {formatDuration(SPAN_MS)}
      </h2>
      <p className="zg:text-soft">
        {failure ?? (history ? `A point every ${formatDuration(history.stepMs)}, the newest at the right. A gap is a time at which the figure was not known.` : "Asking…")}
      </p>
      <ul>
        {TRACKS.filter((track) => hasTrace(track, history, sources[track.source], now)).map((track) => (
          <HistoryTrack
            key={track.figure}
            track={track}
            series={history?.series[track.figure] ?? []}
            stepMs={history?.stepMs ?? SPAN_MS}
            reason={shortReason(sources[track.source])}
          />
        ))}
      </ul>
    </section>
  );
}

/** What is off by choice leaves none, unless it was on a moment ago. */
function hasTrace({ figure }: Track, history: History | null, source: Source, now: number | null): boolean {
  return stateNow(source, now) !== "off" || (history?.series[figure].some(isKnown) ?? false);
}

function shortReason(source: Source): string | null {
  const reason = reasonOf(source);
  return reason && whatOf(reason);
}
