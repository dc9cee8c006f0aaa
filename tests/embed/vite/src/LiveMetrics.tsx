import { InferenceMetrics, useInferenceMetrics } from "@0g-inference-metrics/panel";
import "@0g-inference-metrics/panel/style.css";

/** `url` is that of an instance: "https://metrics.example/api/metrics". */
export function LiveMetrics({ url }: { url: string }) {
  const live = useInferenceMetrics(url);
  return (
    <div style={{ height: 495 }}>
      <InferenceMetrics {...live} theme="auto" />
    </div>
  );
}
