interface SkeletonProps {
  /** Width of the main figure in reference pixels; none where a card has none. */
  hero?: number;
  hasRing?: boolean;
  /** Lines below it, each as wide as the card. */
  rows: number;
}

/** The shape of a card's figures while they are on their way. */
export function Skeleton({ hero, hasRing = false, rows }: SkeletonProps) {
  return (
    <div className="animate-pulse zg:flex zg:min-h-0 zg:flex-1 zg:flex-col zg:overflow-hidden">
      {hero === undefined ? null : (
        <div className="zg:flex zg:shrink-0 zg:basis-190 zg:items-center zg:gap-28 zg:tall:basis-130">
          {hasRing ? <span className="zg:size-190 zg:shrink-0 zg:rounded-mark zg:bg-line zg:tall:size-122" /> : null}
          <span
            className="zg:block zg:h-90 zg:max-w-full zg:rounded-card zg:bg-line"
            style={{ width: `calc(${hero} * var(--zg-u))` }}
          />
        </div>
      )}
      {Array.from({ length: rows }, (_, row) => (
        <span key={row} className="zg:mt-19 zg:block zg:h-30 zg:shrink-0 zg:rounded-card zg:bg-line zg:tall:nth-[n+4]:hidden" />
      ))}
    </div>
  );
}
