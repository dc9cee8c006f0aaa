// @vitest-environment jsdom
import { render, screen, within } from "@testing-library/react";
import { expect, test } from "vitest";
import type { InferenceJob } from "../../lib/model";
import { before, job, NOW, source } from "../../test/samples";
import { JobTable } from "./JobTable";

function table(jobs: InferenceJob[]) {
  return <JobTable jobs={jobs} source={undefined} simulated={false} isLoading={false} rate={null} proof={null} now={NOW} />;
}

function cells(): (string | null)[][] {
  const rows = screen.getAllByRole("row").slice(1);
  return rows.map((row) => within(row).getAllByRole("cell").map((cell) => cell.textContent));
}

test("newest first, thirty rows of forty jobs", () => {
  render(table(Array.from({ length: 40 }, (_, i) => job({ id: String(i), model: `m${i}`, timestamp: before(40_000 - i * 1000) }))));
  expect(cells()).toHaveLength(30);
  expect(cells()[0]?.[0]).toBe("m39");
});

test("running, pending, failed and completed jobs", () => {
  render(
    table([
      job({ id: "1", status: "running", outputTokens: null, latencyMs: null, timestamp: before(1000) }),
      job({ id: "2", status: "pending", outputTokens: null, latencyMs: null, timestamp: before(2000) }),
      job({ id: "3", status: "failed", outputTokens: null, latencyMs: null, timestamp: before(3000), error: "out of funds" }),
      job({ id: "4", timestamp: before(4000) }),
    ]),
  );
  expect(cells().map((row) => row.slice(1, 4))).toEqual([
    ["running", "512/...", "..."],
    ["pending", "512/...", "..."],
    ["failed", "512/—", "—"],
    ["completed", "512/128", "120ms"],
  ]);
  expect(screen.getByText("failed").closest("[data-status]")?.getAttribute("title")).toBe("out of funds");
});

test("a running job that went silent says for how long", () => {
  render(table([job({ status: "running", timestamp: before(22 * 60_000) })]));
  expect(screen.getByText("no word for 22 min").closest("[data-status]")?.getAttribute("data-status")).toBe("running");
});

test("a job completes in its own row", () => {
  const { rerender } = render(table([job({ status: "running", outputTokens: null })]));
  const row = screen.getAllByRole("row")[1];
  rerender(table([job()]));
  expect(screen.getAllByRole("row")[1]).toBe(row);
  screen.getByText("512/128");
});

test("provider and proof have columns once a job names them", () => {
  render(table([job({ provider: "0xa48f00000000000000000000000000000000A836", proof: "response" }), job({ id: "2" })]));
  const columns = screen.getAllByRole("columnheader").map((head) => head.textContent);
  expect(columns).toEqual(["Model", "Status", "Provider", "Proof", "Tokens", "Latency", "Time"]);
  screen.getByText("0xa48f…A836");
});

test("a benchmark call carries its mark", () => {
  render(table([job({ benchmarkId: "b1" })]));
  screen.getByText("bench");
});

test("the last proof stands below the rows, and a run that is under way beside the heading", () => {
  const running = job({ id: "2", status: "running", benchmarkId: "b1" });
  const proof = { model: "llama-3-8b", words: "on 0xa48f…A836 · response signature ok" };
  render(
    <JobTable jobs={[job(), running]} source={source()} simulated={false} isLoading={false} rate={null} proof={proof} now={NOW} />,
  );
  expect(screen.getByText("Last proof:").parentElement?.textContent).toBe("Last proof: llama-3-8b on 0xa48f…A836 · response signature ok");
  screen.getByText("benchmark running");
});

test("no jobs is a sentence, not an empty table", () => {
  render(table([]));
  screen.getByText("No inference jobs recorded yet.");
  expect(screen.queryByRole("table")).toBeNull();
});

test("the list that scrolls is reachable by keyboard and named", () => {
  render(table([job()]));
  expect(screen.getByRole("region", { name: "Newest first" }).tabIndex).toBe(0);
});
