import { use, type ReactNode } from "react";
import { EvidenceContext } from "../../evidence/EvidenceContext";
import { stateNow } from "../../lib/freshness";
import type { Source, SourceName } from "../../lib/model";
import { footOriginOf, ownNodeOf } from "../../lib/origin";

export interface FootEntry {
  /** Names the figures of this line where a card has several origins. */
  label?: string;
  name: SourceName;
  source: Source;
  /** What this source reads is a stand-in of the local network. */
  simulated: boolean;
  /** The operator's own machine, which is never 0G's. */
  isOwnNode?: boolean;
  /** Says more of these figures than the name of their origin does, and stands in its place. */
  note?: string | null;
  /** What the figures of this line are not about. */
  caveat?: string | null;
}

interface FootProps {
  entries: readonly FootEntry[];
  /** A closing line that names no origin. */
  remark?: string | null;
  now: number | null;
}

/** Origin and age, one line each. In small boxes the first line alone stays. */
export function Foot({ entries, remark = null, now }: FootProps) {
  return (
    <ul className="zg:mt-auto zg:shrink-0 zg:pt-4 zg:text-label zg:text-soft">
      {entries.map((entry) => (
        <li key={entry.name} className="zg:tall:not-first:hidden">
          <FootLine {...entry} now={now} />
        </li>
      ))}
      {remark === null ? null : <li title={remark} className="zg:truncate zg:tall:hidden">{remark}</li>}
    </ul>
  );
}

/** A long origin is cut, and the block goes where there is no room for it; the age always stays. */
export function FootLine(props: FootEntry & { now: number | null }) {
  const { label, name, source, simulated, isOwnNode = false, note = null, caveat = null, now } = props;
  const { name: origin, block, age } = isOwnNode ? ownNodeOf(source, now) : footOriginOf(source, now);
  const isSimulated = simulated && stateNow(source, now) !== "off";
  return (
    <Line of={name} reason={source.reason}>
      {isSimulated ? <span>{"simulated · "}</span> : null}
      <span className="zg:truncate">{label === undefined ? origin : note === null ? `${label}: ${origin}` : `${label} ${note}`}</span>
      {block === null || isSimulated ? null : <span className="zg:tall:hidden">{` · ${block}`}</span>}
      {age === null ? null : <span>{` · ${age}`}</span>}
      {caveat === null ? null : <span className="zg:tall:hidden">{` · ${caveat}`}</span>}
    </Line>
  );
}

/** Opens the evidence, where somebody shows it. */
function Line({ of, reason, children }: { of: SourceName; reason: string | null; children: ReactNode }) {
  const open = use(EvidenceContext);
  const look = "zg:flex zg:whitespace-pre zg:tall:flex-wrap";
  if (open === null) {
    return (
      <p title={reason ?? undefined} className={look}>
        {children}
      </p>
    );
  }
  return (
    <button
      type="button"
      aria-haspopup="dialog"
      title={reason ?? "Where this comes from"}
      onClick={() => {
        open(of);
      }}
      className={`zg-opens zg:max-w-full zg:text-left ${look}`}
    >
      {children}
    </button>
  );
}
