// @vitest-environment jsdom
import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import type { ComputeMetrics, InferenceJob } from "../../lib/model";
import { compute, job, NOW } from "../../test/samples";
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
  [80.4, "80%", "high", "high"],
  [80.6, "81%", "very-high", "very high"],
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

test("memory carries its own band", () => {
  show({ gpuUtilization: 10, memoryUtilization: 81 });
  expect(screen.getByText("81%").closest("[data-band]")?.getAttribute("data-band")).toBe("very-high");
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
