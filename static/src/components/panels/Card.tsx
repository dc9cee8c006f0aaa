import { useId, type ReactNode } from "react";
import { ageMs, formatDuration } from "../../lib/age";
import { stateNow } from "../../lib/freshness";
import type { Source } from "../../lib/model";
import { StateMark } from "./StateMark";

interface CardProps {
  title: string;
  /** The card's place in the panel's grid. */
  area: "gauge" | "storage" | "inft" | "jobs";
  /** The sources behind the card's figures; the oldest stale one shows in the heading. */
  sources: readonly Source[];
  now: number | null;
  /** Right of the heading. */
  aside?: ReactNode;
  foot?: ReactNode;
  children: ReactNode;
}

const AREAS: Record<CardProps["area"], string> = {
  gauge: "zg:[grid-area:gauge]",
  storage: "zg:[grid-area:storage]",
  inft: "zg:[grid-area:inft]",
  jobs: "zg:[grid-area:jobs]",
};

export function Card({ title, area, sources, now, aside, foot, children }: CardProps) {
  const headingId = useId();
  return (
    <section
      aria-labelledby={headingId}
      className={
        "zg:flex zg:min-h-0 zg:min-w-0 zg:flex-col zg:overflow-hidden zg:rounded-card zg:bg-card zg:px-22 zg:py-14 " +
        `zg:[border:1px_solid_var(--zg-line)] ${AREAS[area]}`
      }
    >
      <div className="zg:flex zg:items-center zg:justify-between zg:gap-x-16 zg:tall:flex-wrap">
        <h3 id={headingId} className="zg:shrink-0 zg:text-value zg:strong">
          {title}
        </h3>
        <div className="zg:flex zg:min-w-0 zg:items-center zg:gap-24">
          {aside}
          <StaleBadge sources={sources} now={now} />
        </div>
      </div>
      {children}
      {foot}
    </section>
  );
}

/** The word, the age and a hollow mark: old figures are known as such from across the room. */
function StaleBadge({ sources, now }: Pick<CardProps, "sources" | "now">) {
  const stale = sources.filter((source) => stateNow(source, now) === "stale");
  if (stale.length === 0) return null;
  const oldest = Math.max(...stale.map((source) => ageMs(source.fetchedAt, now) ?? 0));
  return (
    <span
      data-status="stale"
      className="zg:flex zg:shrink-0 zg:items-center zg:gap-10 zg:text-label zg:strong zg:whitespace-nowrap"
    >
      <StateMark isHollow />
      <span>stale {formatDuration(oldest)}</span>
    </span>
  );
}
