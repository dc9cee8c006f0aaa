import type { ReactNode } from "react";
import { UNKNOWN } from "../../lib/format";

interface FactsProps {
  className?: string;
  children: ReactNode;
}

/** A card's list of labels and values. */
export function Facts({ className = "", children }: FactsProps) {
  return <dl className={`zg:shrink-0 ${className}`}>{children}</dl>;
}

interface FactProps {
  label: string;
  value: string;
  title?: string | undefined;
  /** What the value is of, before it where there is room. */
  basis?: string | null | undefined;
  /** Too long a value is cut: "beside" its label (ids), or "under" it, on two lines where there is room (names). */
  cut?: "beside" | "under";
}

/** Label and value at the two edges of one line while they fit, the value under its label when it is long. */
export function Fact({ label, value, title, basis, cut = "under" }: FactProps) {
  return (
    <div
      className={`zg:flex zg:items-baseline zg:gap-x-14 zg:[border-top:1px_solid_var(--zg-line)] ${cut === "under" ? "zg:flex-wrap" : ""}`}
    >
      <dt className="zg:mr-auto zg:text-label zg:text-soft">{label}</dt>
      <dd title={title} dir="auto" className={`zg:order-1 zg:min-w-0 ${CUTS[cut]} ${valueLook(value)}`}>
        {value}
      </dd>
      {basis ? <dd className="zg:text-label zg:text-soft zg:tall:hidden">{basis}</dd> : null}
    </div>
  );
}

const CUTS = {
  beside: "zg:truncate",
  under: "zg:line-clamp-2 zg:[overflow-wrap:anywhere] zg:tall:line-clamp-1",
} as const;

/** A dash steps back, so that what is known stands out. */
export function valueLook(value: string): string {
  return value === UNKNOWN ? "zg:text-value zg:text-soft" : "zg:text-value zg:strong";
}
