import { InferenceMetrics } from "@0g-inference-metrics/panel";

/** The eight props alone, with figures of the dashboard's own. */
export function OwnMetrics() {
  return (
    <div style={{ height: 495 }}>
      <InferenceMetrics
        compute={{ gpuUtilization: 78, memoryUtilization: 45, activeJobs: 3, avgLatencyMs: 120, totalInferences: 5678 }}
        storage={{ totalStorageGb: 50, usedStorageGb: 12.4, objectCount: 1234 }}
        inft={{
          tokenId: "12345",
          status: "active",
          modelName: "llama-3-8b",
          inferenceCount: 5678,
          lastActive: "2026-03-01T12:00:00.000Z",
        }}
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
        className="cell"
      />
    </div>
  );
}
