import { InferenceMetrics } from "@0g-inference-metrics/panel";
import "@0g-inference-metrics/panel/style.css";

/** With `now` the server renders ages too. */
export default function Page() {
  return (
    <div style={{ height: 495 }}>
      <InferenceMetrics
        compute={null}
        storage={null}
        inft={{ tokenId: "1", status: "active", modelName: null, inferenceCount: null, lastActive: "2026-03-01T12:00:00.000Z" }}
        jobs={[
          {
            id: "job-1",
            model: "llama-3-8b",
            status: "completed",
            inputTokens: 512,
            outputTokens: 128,
            latencyMs: 120,
            timestamp: "2026-03-01T12:00:00.000Z",
          },
        ]}
        connectionState="connected"
        isLoading={false}
        error={null}
        now={Date.parse("2026-03-01T12:30:00.000Z")}
      />
    </div>
  );
}
