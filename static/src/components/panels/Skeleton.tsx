interface SkeletonProps {
  /** Widths of the lines, in reference pixels; the first is as tall as a hero figure. */
  lines: readonly number[];
}

/** The shape of a card's figures while they are on their way. */
export function Skeleton({ lines }: SkeletonProps) {
  return (
    <div className="animate-pulse zg:flex zg:flex-col zg:gap-18 zg:pt-16">
      {lines.map((width, index) => (
        <span
          key={index}
          className={`zg:block zg:max-w-full zg:rounded-card zg:bg-line ${index === 0 ? "zg:h-90" : "zg:h-30"}`}
          style={{ width: `calc(${width} * var(--zg-u))` }}
        />
      ))}
    </div>
  );
}
