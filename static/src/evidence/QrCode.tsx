import type { ReactNode } from "react";
import { encode } from "uqr";

/** Quiet zone around the code, in modules: ISO/IEC 18004 asks for four. */
const BORDER = 4;

interface QrCodeProps {
  text: string;
  /** What a phone finds behind it. */
  label: string;
}

/** Dark on light in both themes: not every phone reads it the other way round. */
export default function QrCode({ text, label }: QrCodeProps): ReactNode {
  const { data, size } = encode(text, { border: BORDER });
  const path = data.flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : ""))).join("");
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${size} ${size}`}
      shapeRendering="crispEdges"
      className="zg:size-168 zg:shrink-0 zg:rounded-card"
    >
      <rect width={size} height={size} fill="#ffffff" />
      <path d={path} fill="#000000" />
    </svg>
  );
}
