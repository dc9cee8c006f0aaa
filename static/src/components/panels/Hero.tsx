import type { ReactNode } from "react";

interface HeroProps {
  /** The card's main figure, or the dash where there is none. */
  figure: string;
  isUnknown?: boolean;
}

/** The figure that is read from across the room. */
export function Hero({ figure, isUnknown = false }: HeroProps) {
  return (
    <span
      className={
        "zg:text-hero zg:tall:[font-size:calc(74*var(--zg-u))] " + (isUnknown ? "zg:text-soft" : "zg:strong")
      }
    >
      {figure}
    </span>
  );
}

/** Above the figure, so that the figures of all cards stand on one line. */
export const CAPTION = "zg:truncate zg:text-label zg:text-soft";

/** The same height in every card, so that the figures below start on one line; it gives way to long ones. */
export function HeroArea({ children }: { children: ReactNode }) {
  return <div className="zg:flex zg:min-h-0 zg:shrink zg:basis-190 zg:flex-col zg:justify-center zg:tall:min-w-0 zg:tall:basis-auto zg:tall:py-6">{children}</div>;
}
