// A test as a host writes it: the panel among its own components, under Jest, which reads CommonJS.
const { fireEvent, render, screen } = require("@testing-library/react");
const { createElement } = require("react");
const { InferenceMetrics } = require("@0g-inference-metrics/panel");

const EIGHT = {
  compute: { gpuUtilization: 78, memoryUtilization: 45, activeJobs: 3, avgLatencyMs: 120, totalInferences: 5678 },
  storage: { totalStorageGb: 50, usedStorageGb: 12.4, objectCount: 1234 },
  inft: null,
  jobs: [],
  connectionState: "connected",
  isLoading: false,
  error: null,
};
const SOURCE = { state: "fresh", asOf: null, fetchedAt: null, staleAfterMs: 15000, origin: null, reason: null };
const NAMES = ["chain", "compute", "ledger", "storage", "inft", "gpu", "jobs", "status", "mirror", "probe"];

test("the panel renders", () => {
  render(createElement(InferenceMetrics, EIGHT));
  screen.getByText("78%");
  screen.getByText("12.4 GB");
});

test("the drawer comes when it is opened", async () => {
  globalThis.fetch = jest.fn(() => new Promise(() => undefined));
  // jsdom has no modal dialogs.
  HTMLDialogElement.prototype.showModal = function showModal() {
    this.open = true;
  };
  const sources = Object.fromEntries(NAMES.map((name) => [name, SOURCE]));
  render(createElement(InferenceMetrics, { ...EIGHT, sources, evidenceUrl: "https://metrics.example/api/evidence" }));
  fireEvent.click(screen.getByRole("button", { name: /^GPU/ }));
  await screen.findByRole("dialog", { name: "GPU" }, { timeout: 10000 });
  expect(fetch).toHaveBeenCalledWith("https://metrics.example/api/evidence/gpu", expect.anything());
});
