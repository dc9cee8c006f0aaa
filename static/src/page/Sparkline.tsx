import { isKnown, type Series } from "../lib/history";

interface SparklineProps {
  series: Series;
  /** Steps across the whole width; the newest value stands at the right edge. */
  steps: number;
  /** The value at the top; the bottom is zero. */
  full: number;
}

/** Units of the drawing, which is stretched to its box. */
const HEIGHT = 100;

/** A line through what was known. An unknown value breaks it: it is a gap, never zero. */
export function Sparkline({ series, steps, full }: SparklineProps) {
  const runs = runsOf(series);
  const first = steps - series.length;
  const x = (index: number) => first + index;
  const y = (value: number) => round(HEIGHT * (1 - Math.min(1, Math.max(0, value / full))));
  // A run of one point is drawn as wide as a step, or it would not be seen.
  const line = ({ start, values }: Run) => {
    const points = values.map((value, index) => `${x(start + index)} ${y(value)}`);
    return `M${points.join("L")}${values.length === 1 ? "h1" : ""}`;
  };
  const area = (run: Run) => `${line(run)}V${HEIGHT}H${x(run.start)}Z`;
  return (
    // What it shows stands beside it in words.
    <svg
      aria-hidden="true"
      viewBox={`0 0 ${steps - 1} ${HEIGHT}`}
      preserveAspectRatio="none"
      className="zg:absolute zg:inset-0 zg:size-full zg:overflow-visible"
    >
      <path d={runs.map(area).join("")} className="zg-spark-area" />
      <path d={runs.map(line).join("")} vectorEffect="non-scaling-stroke" className="zg-spark-line" />
    </svg>
  );
}

interface Run {
  start: number;
  values: number[];
}

/** The stretches without a gap. */
function runsOf(series: Series): Run[] {
  const runs: Run[] = [];
  series.forEach((value, index) => {
    if (!isKnown(value)) return;
    const last = runs.at(-1);
    if (last && last.start + last.values.length === index) last.values.push(value);
    else runs.push({ start: index, values: [value] });
  });
  return runs;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
