interface RingProps {
  /** 0..100; null draws a dashed hollow ring without colour. */
  percent: number | null;
}

const CIRCLE = { cx: 50, cy: 50, r: 41, fill: "none", strokeWidth: 15 } as const;

/** The gauge's arc, from twelve o'clock clockwise. */
export function Ring({ percent }: RingProps) {
  return (
    <svg
      viewBox="0 0 100 100"
      aria-hidden="true"
      className="zg:block zg:size-190 zg:shrink-0 zg:-rotate-90 zg:tall:size-122"
    >
      {percent === null ? (
        <circle {...CIRCLE} strokeWidth={3} pathLength={120} strokeDasharray="3 2" className="zg:stroke-mark" />
      ) : (
        <>
          <circle {...CIRCLE} className="zg:stroke-line" />
          {percent > 0 ? (
            <circle {...CIRCLE} pathLength={100} strokeDasharray={`${percent} 100`} className="zg-moves zg:stroke-mark" />
          ) : null}
        </>
      )}
    </svg>
  );
}
