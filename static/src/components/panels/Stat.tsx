import type { ReactNode } from "react";
import type { Band } from "../../lib/bands";
import { valueLook } from "./Facts";

interface StatProps {
  label: string;
  /** What more there is to say of the value, behind its label where there is room. */
  basis?: string | null;
  value: string;
  band?: Band;
  /** Beside the value: a mark and its word. */
  children?: ReactNode;
}

/** A figure under its label. */
export function Stat({ label, basis = null, value, band, children }: StatProps) {
  return (
    <div data-band={band} className="zg:min-w-0">
      <dt className="zg:flex zg:text-label zg:text-soft zg:whitespace-pre">
        <span className="zg:truncate">{label}</span>
        {basis === null ? null : <span className="zg:tall:hidden">{` · ${basis}`}</span>}
      </dt>
      <dd className="zg:flex zg:items-center zg:gap-x-10 zg:whitespace-nowrap zg:tall:flex-wrap">
        <span title={value} className={`zg:max-w-full zg:shrink-0 zg:truncate ${valueLook(value)}`}>
          {value}
        </span>
        {children}
      </dd>
    </div>
  );
}
