import { stateNow } from "../../lib/freshness";
import type { Source } from "../../lib/model";
import { originOf, ownNodeOf } from "../../lib/origin";

export interface FootEntry {
  /** Names the figures of this line where a card has several origins. */
  label?: string;
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
        <li key={entry.label ?? ""} className="zg:tall:not-first:hidden">
          <FootLine {...entry} now={now} />
        </li>
      ))}
      {remark === null ? null : <li className="zg:truncate zg:tall:hidden">{remark}</li>}
    </ul>
  );
}

/** A long origin is cut, and the block goes where there is no room for it; the age always stays. */
export function FootLine(props: FootEntry & { now: number | null }) {
  const { label, source, simulated, isOwnNode = false, note = null, caveat = null, now } = props;
  const { name, block, age } = isOwnNode ? ownNodeOf(source, now) : originOf(source, now);
  const isSimulated = simulated && stateNow(source, now) !== "off";
  return (
    <p title={source.reason ?? undefined} className="zg:flex zg:whitespace-pre zg:tall:flex-wrap">
      {isSimulated ? <span>{"simulated · "}</span> : null}
      <span className="zg:truncate">{label === undefined ? name : note === null ? `${label}: ${name}` : `${label} ${note}`}</span>
      {block === null || isSimulated ? null : <span className="zg:tall:hidden">{` · ${block}`}</span>}
      {age === null ? null : <span>{` · ${age}`}</span>}
      {caveat === null ? null : <span className="zg:tall:hidden">{` · ${caveat}`}</span>}
    </p>
  );
}
