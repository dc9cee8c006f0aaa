// @vitest-environment jsdom
import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import type { StorageMetrics } from "../../lib/model";
import { NOW, storage } from "../../test/samples";
import { StorageUsage } from "./StorageUsage";

function show(fields: Partial<StorageMetrics>) {
  return render(<StorageUsage storage={{ ...storage, ...fields }} source={undefined} simulated={false} now={NOW} />);
}

test.each([
  [-5, "0.0%", "normal"],
  [49, "49.0%", "normal"],
  [50, "50.0%", "normal"],
  [80, "80.0%", "high"],
  [81, "81.0%", "very-high"],
  [100, "100.0%", "very-high"],
  [59.4, "59.4%", "normal"],
  [59.6, "59.6%", "high"],
  [80.4, "80.4%", "high"],
  [80.6, "80.6%", "very-high"],
  [140, "100.0%", "very-high"],
  [0, "0.0%", "normal"],
])("%s GB of 100 read %s in band %s", (usedStorageGb, figure, band) => {
  show({ usedStorageGb, totalStorageGb: 100 });
  const meter = screen.getByRole("meter", { name: "Storage Usage" });
  expect(meter.getAttribute("data-band")).toBe(band);
  expect(meter.getAttribute("aria-valuetext")).toMatch(figure);
  screen.getByText(figure);
});

test.each([0, -1, null])("a total of %s gives neither percentage nor bar", (totalStorageGb) => {
  show({ totalStorageGb });
  expect(screen.queryByRole("meter")).toBeNull();
  expect(screen.queryByText(/%|NaN|Infinity/)).toBeNull();
  screen.getByText("12.4 GB");
});

test("something small keeps a visible mark and a figure above zero", () => {
  const { container } = show({ usedStorageGb: 0.000700016, totalStorageGb: 1000 });
  screen.getByText("700.0 KB");
  screen.getByText("<0.1%");
  const bar = container.querySelector<HTMLElement>("[style]");
  expect(bar?.style.minWidth).toBe("4px");
});

test("an unknown size is a dash", () => {
  show({ usedStorageGb: null, objectCount: null });
  expect(screen.getAllByText("—")).toHaveLength(3);
});

const scan = { fromBlock: 1, nextBlock: 350, progress: 0.349, complete: false, expectedEndAt: null, reason: null };

test("while the first scan runs, used is a lower bound with neither percentage nor bar", () => {
  show({ usedStorageGb: 0.0007, totalStorageGb: 50, usedBasis: "submissions", scan });
  screen.getByText("≥ 700.0 KB · scanned 34%");
  screen.getByText("≥ 1,234");
  expect(screen.queryByRole("meter")).toBeNull();
});

test("a scan that is all but done does not read 100%", () => {
  show({ scan: { ...scan, progress: 0.9999 } });
  screen.getByText("≥ 12.4 GB · scanned 99%");
});

test("until all is counted, 0G's own count stands beside it, named as such", () => {
  const explorer = { files: 5, bytes: 1_200_000_000 };
  show({ basis: "agent", scan, explorer, totalBasis: "budget" });
  screen.getByText("0G's own count: 1.2 GB in 5 files");
  screen.getByText("≥ 12.4 GB · scanned 34%");
});

test.each([
  ["the count is complete", { basis: "agent", scan: { ...scan, complete: true } }],
  ["it is of another subject", { basis: "network", scan: null }],
] as const)("0G's own count is left out where %s", (_why, fields) => {
  show({ ...fields, explorer: { files: 5, bytes: 1_200_000_000 } });
  expect(screen.queryByText(/own count/)).toBeNull();
});

test("a complete scan is not mentioned", () => {
  show({ scan: { ...scan, progress: 1, complete: true } });
  screen.getByRole("meter");
  expect(screen.queryByText(/scanned|≥/)).toBeNull();
});

test.each([
  ["affordable", "paid + still affordable at today's price"],
  ["budget", "budget"],
  ["disk", "disk of the own node"],
] as const)("a total from %s says so", (totalBasis, words) => {
  show({ totalBasis });
  screen.getByText(words);
});

test("without a total it says what the figures are about", () => {
  show({ totalStorageGb: null, totalBasis: null, usedBasis: "network" });
  screen.getByText("all of 0G Storage");
});

test("a difference is shown before anything else", () => {
  const check = { name: "market flow", state: "differs", ours: "a", theirs: "b" } as const;
  show({ totalBasis: "budget", checks: [check, { ...check, name: "node flow", state: "agrees" }] });
  screen.getByText("differs: market flow");
  screen.getByTitle("market flow: a here, b there");
});
