import { UNKNOWN } from "../../lib/format";
import { Hero } from "./Hero";

interface UnknownProps {
  /** In a few words, for the card. */
  reason: string;
  /** In full, where there is more to say. */
  detail?: string | undefined;
}

/** A part without a figure: the dash at the figure's size, and why. */
export function Unknown({ reason, detail }: UnknownProps) {
  return (
    <div className="zg:flex zg:min-w-0 zg:flex-col">
      <Hero figure={UNKNOWN} isUnknown />
      <span title={detail} className="zg:line-clamp-2 zg:text-label zg:text-soft zg:[overflow-wrap:anywhere]">
        {reason}
      </span>
    </div>
  );
}
