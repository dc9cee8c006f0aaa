import type { ReactNode } from "react";
import type { Band } from "../../lib/bands";
import { valueLook } from "./Facts";

interface StatProps {
  label: string;
  value: string;
  band?: Band;
  /** Beside the value: a mark and its word. */
  children?: ReactNode;
}

/** A figure under its label. */
export function Stat({ label, value, band, children }: StatProps) {
  return (
    <div data-band={band} className="zg:min-w-0">
      <dt className="zg:truncate zg:text-label zg:text-soft">{label}</dt>
      <dd className="zg:flex zg:items-center zg:gap-x-10 zg:whitespace-nowrap zg:tall:flex-wrap">
        <span title={value} className={`zg:max-w-full zg:shrink-0 zg:truncate ${valueLook(value)}`}>
          {value}
        </span>
        {children}
      </dd>
    </div>
  );
}
