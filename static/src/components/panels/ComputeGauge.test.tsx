// @vitest-environment jsdom
import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import type { ComputeMetrics, InferenceJob, Source } from "../../lib/model";
import { compute, gpu, job, NOW, off, source, sources } from "../../test/samples";
import { ComputeGauge } from "./ComputeGauge";

function show(fields: Partial<ComputeMetrics>, jobs: InferenceJob[] = []) {
  return render(
    <ComputeGauge compute={{ ...compute, ...fields }} jobs={jobs} sources={undefined} simulated={false} now={NOW} />,
  );
}

test.each([
  [0, "0%", "normal", "normal"],
  [49, "49%", "normal", "normal"],
  [50, "50%", "high", "high"],
  [59.4, "59%", "high", "high"],
  [59.6, "60%", "high", "high"],
  [80, "80%", "high", "high"],
  [80.4, "80%", "high", "high"],
  [80.6, "81%", "very-high", "very high"],
  [81, "81%", "very-high", "very high"],
  [100, "100%", "very-high", "very high"],
  [-5, "0%", "normal", "normal"],
  [140, "100%", "very-high", "very high"],
])("a load of %s reads %s in band %s", (gpuUtilization, figure, band, word) => {
  show({ gpuUtilization, memoryUtilization: null });
  const meter = screen.getByRole("meter", { name: "GPU Utilization" });
  expect(meter.getAttribute("aria-valuetext")).toBe(`${figure}, ${word}`);
  expect(meter.getAttribute("data-band")).toBe(band);
  expect(screen.getByText(figure).closest("[data-band]")).toBe(meter);
});

test("the arc is as long as the load, and absent at nothing", () => {
  const { container, unmount } = show({ gpuUtilization: 78 });
  expect(container.querySelector("[stroke-dasharray]")?.getAttribute("stroke-dasharray")).toBe("78 100");
  unmount();
  expect(show({ gpuUtilization: 0 }).container.querySelector("[stroke-dasharray]")).toBeNull();
});

test("an unknown load is a dash with its reason and no meter", () => {
  show({ gpuUtilization: null });
  expect(screen.queryByRole("meter")).toBeNull();
  screen.getByText("—");
  screen.getByText("not reported by 0G");
});

test.each([
  [0, "0%", "normal"],
  [49, "49%", "normal"],
  [50, "50%", "high"],
  [59.4, "59%", "high"],
  [59.6, "60%", "high"],
  [80, "80%", "high"],
  [80.4, "80%", "high"],
  [80.6, "81%", "very-high"],
  [81, "81%", "very-high"],
  [100, "100%", "very-high"],
  [-5, "0%", "normal"],
  [140, "100%", "very-high"],
])("memory of %s reads %s in a band of its own, %s", (memoryUtilization, figure, band) => {
  show({ gpuUtilization: null, memoryUtilization });
  expect(screen.getByText(figure).closest("[data-band]")?.getAttribute("data-band")).toBe(band);
});

test("with neither load nor memory the jobs stand in, labelled", () => {
  show({ gpuUtilization: null, memoryUtilization: null }, [job(), job({ id: "2", status: "failed" })]);
  screen.getByText("Jobs completed");
  screen.getByText("1/2 (15 min)");
  expect(screen.queryByText("Memory")).toBeNull();
});

test("no jobs, no proxy", () => {
  show({ gpuUtilization: null, memoryUtilization: null });
  screen.getByText("Memory");
});

test("labels and figures are separate", () => {
  show({});
  for (const text of ["Active Jobs", "3", "Avg Latency", "120ms", "Total", "5,678"]) screen.getByText(text);
});

function showFrom(exporter: Source, fields: Partial<ComputeMetrics>, simulated = false) {
  return render(
    <ComputeGauge
      compute={{ ...compute, ...fields }}
      jobs={[]}
      sources={sources({ gpu: exporter })}
      simulated={simulated}
      now={NOW}
    />,
  );
}

const EXPORTER = source({ origin: { endpoint: "$ZG_GPU_EXPORTER_URL", contract: null, method: "GET metrics" }, asOf: null });

test("of several cards the worst is visible beside the mean", () => {
  showFrom(EXPORTER, { gpu: gpu({ count: 4, worstUtilization: 97, worstMemoryUtilization: 88 }) });
  screen.getByText("high · busiest 97%");
  screen.getByText("· fullest 88%");
});

test("the foot says since when the total counts, and names the origin while nothing does", () => {
  const since = new Date(NOW - 60_000).toISOString();
  expect(showFrom(EXPORTER, { totalSince: since }).container.textContent).toMatch(/Jobs since \d\d:\d\d/);
  expect(showFrom(EXPORTER, { totalSince: null }).container.textContent).toContain("Jobs: ");
});

test("one card is its own worst", () => {
  showFrom(EXPORTER, { gpu: gpu() });
  expect(screen.queryByText(/busiest|fullest/)).toBeNull();
});

test("an exporter is the own node, and its host is named where it may be", () => {
  const { container, unmount } = showFrom(EXPORTER, { gpu: gpu() });
  expect(container.textContent).toContain("GPU: own node · 3 s");
  unmount();
  const host = source({ origin: { endpoint: "http://gpu-1:9400", contract: null, method: "GET metrics" }, asOf: null });
  expect(showFrom(host, { gpu: gpu() }).container.textContent).toContain("GPU: own node gpu-1:9400 · 3 s");
});

test("an own node that ran none of the jobs says so", () => {
  const words = "GPU: own node · 3 s · not the provider of these jobs";
  for (const [ranJobs, isSaid] of [[false, true], [true, false], [null, false], [undefined, false]] as const) {
    const { container, unmount } = showFrom(EXPORTER, { gpu: gpu(ranJobs === undefined ? {} : { ranJobs }) });
    expect(container.textContent.includes(words)).toBe(isSaid);
    unmount();
  }
});

test("on the local network the own node is simulated", () => {
  expect(showFrom(EXPORTER, { gpu: gpu() }, true).container.textContent).toContain("simulated · GPU: own node · 3 s");
});

test("an inference server without GPU figures says so, and its KV cache is no memory", () => {
  const server = gpu({ exporter: "vLLM", count: 0, runningRequests: 7, kvCacheUtilization: 91 });
  showFrom(EXPORTER, { gpuUtilization: null, memoryUtilization: null, gpu: server });
  screen.getByText("not reported by vLLM");
  screen.getByText("Requests running");
  screen.getByText("7");
  expect(screen.queryByText(/91/)).toBeNull();
});

test("an exporter that never answered gives its reason in place of 0G's name", () => {
  const broken = source({ state: "error", fetchedAt: null, asOf: null, reason: "the connection is refused · since 12:00 · check" });
  showFrom(broken, { gpuUtilization: null, memoryUtilization: null, gpu: null });
  screen.getByText("the connection is refused");
  expect(screen.queryByText("not reported by 0G")).toBeNull();
});

test("a source that answered without a figure is not said to be fresh in its place", () => {
  showFrom(source(), { gpuUtilization: null, memoryUtilization: null, gpu: null });
  screen.getByText("load not known");
});

test("an exporter that is off leaves 0G's silence", () => {
  showFrom(off("no exporter · since start · set ZG_GPU_EXPORTER_URL"), { gpuUtilization: null, gpu: null });
  screen.getByText("not reported by 0G");
});
