"use client";

import { InferenceMetrics, useInferenceMetrics, type Snapshot } from "@0g-inference-metrics/panel";

export function LiveMetrics({ url, initial }: { url: string; initial: Snapshot | null }) {
  const live = useInferenceMetrics(url, { initial });
  return (
    <div style={{ height: 495 }}>
      <InferenceMetrics {...live} />
    </div>
  );
}
