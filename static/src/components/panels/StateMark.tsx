interface StateMarkProps {
  /** Beside a hero figure. */
  isLarge?: boolean;
  /** Hollow means "not as it should be", so that the state is seen without its colour. */
  isHollow?: boolean;
}

/** The dot beside a state's word, in the colour its data-status or data-band gives. */
export function StateMark({ isLarge = false, isHollow = false }: StateMarkProps) {
  return (
    <span
      aria-hidden="true"
      className={
        `zg-moves zg:inline-block zg:shrink-0 zg:rounded-mark ${isLarge ? "zg:size-32" : "zg:size-20"} ` +
        (isHollow ? "zg:[border:calc(4*var(--zg-u))_solid_var(--zg-mark)]" : "zg:bg-mark")
      }
    />
  );
}
