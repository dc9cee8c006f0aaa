import { Fragment } from "react";
import { UNKNOWN } from "../lib/format";
import { isKnown, SPAN_MS, summary, type Series, type Track } from "../lib/history";
import { Sparkline } from "./Sparkline";

interface HistoryTrackProps {
  track: Track;
  series: Series;
  stepMs: number;
  /** Why the figure is not known now; shown where it is not. */
  reason: string | null;
}

/** One figure: its newest value, its line, and in words what the line shows. */
export function HistoryTrack({ track, series, stepMs, reason }: HistoryTrackProps) {
  const { label, format, full } = track;
  const last = series.at(-1) ?? null;
  // A line that is zero throughout lies on the ground, whatever the scale.
  const top = full ?? (Math.max(...series.filter(isKnown), 0) || 1);
  return (
    <li className="zg:flex zg:min-w-0 zg:items-stretch zg:gap-20 zg:rounded-card zg:bg-card zg:px-20 zg:py-14 zg:[border:1px_solid_var(--zg-line)]">
      <div className="zg:flex zg:basis-190 zg:shrink-0 zg:flex-col zg:[overflow-wrap:anywhere]">
        <span className="zg:text-soft">{label}</span>
        <span className={`zg:text-section ${last === null ? "zg:text-soft" : "zg:strong"}`}>
          {last === null ? UNKNOWN : format(last)}
        </span>
        <span className="zg:text-soft">
          {summary(track, series, stepMs)?.map((words, index) => (
            <Fragment key={index}>
              {index > 0 ? " · " : null}
              <span className="zg:whitespace-nowrap">{words}</span>
            </Fragment>
          )) ?? reason ?? "not known so far"}
        </span>
      </div>
      <div className="zg:relative zg:min-w-0 zg:flex-1 zg:[border-bottom:1px_solid_var(--zg-line)]">
        <Sparkline series={series} steps={Math.round(SPAN_MS / stepMs)} full={top} />
      </div>
    </li>
  );
}
