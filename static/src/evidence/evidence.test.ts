import { expect, test } from "vitest";
import { evidenceBeside } from "./evidence";

test.each([
  ["/api/metrics", "/api/evidence"],
  ["https://metrics.example/api/metrics", "https://metrics.example/api/evidence"],
  ["https://metrics.example/agent2/api/metrics?v=1", "https://metrics.example/agent2/api/evidence"],
  ["https://metrics.example/api/metrics/", null],
  ["https://metrics.example/snapshot.json", null],
  ["https://metrics.example/?at=/api/metrics", null],
])("beside %s: %s", (metrics, evidence) => {
  expect(evidenceBeside(metrics)).toBe(evidence);
});
