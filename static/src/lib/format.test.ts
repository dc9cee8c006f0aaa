import { expect, test } from "vitest";
import {
  formatBlock,
  formatCount,
  formatJobLatency,
  formatLatency,
  formatShare,
  formatSize,
  formatTokens,
  formatWholePercent,
  shortAddress,
} from "./format";

test.each([
  [0, "0"],
  [5678, "5,678"],
  [1e15, "1,000,000,000,000,000"],
  [null, "—"],
  [Number.NaN, "—"],
])("count %s reads %s", (value, text) => {
  expect(formatCount(value)).toBe(text);
});

test.each([
  [120, "120ms"],
  [119.6, "120ms"],
  [12_500, "12,500ms"],
  [null, "—"],
])("latency %s reads %s", (value, text) => {
  expect(formatLatency(value)).toBe(text);
});

test.each([
  [12.4, "12.4 GB"],
  [50, "50.0 GB"],
  [0.1, "0.1 GB"],
  [0.0999, "99.9 MB"],
  [0.001, "1.0 MB"],
  [0.00099996, "1.0 MB"],
  [0.000700016, "700.0 KB"],
  [0.0000002, "0.2 KB"],
  [0.000000016, "16 B"],
  [1e-12, "1 B"],
  [0, "0.0 GB"],
  [1_000_000, "1,000,000.0 GB"],
  [null, "—"],
])("%s GB reads %s", (gb, text) => {
  expect(formatSize(gb)).toBe(text);
});

test.each([
  [24.8, "24.8%"],
  [24.84, "24.8%"],
  [0.1, "0.1%"],
  [0.099, "<0.1%"],
  [0, "0.0%"],
  [100, "100.0%"],
])("a share of %s reads %s", (percent, text) => {
  expect(formatShare(percent)).toBe(text);
});

test("a gauge's percentage is whole", () => {
  expect(formatWholePercent(59.6)).toBe("60%");
});

test("an address keeps its ends, other text stays whole", () => {
  expect(shortAddress("0xa79F00000000000000000000000000000000F91E")).toBe("0xa79F…F91E");
  expect(shortAddress("not an address, however long it is, is cut")).toBe("not an address, however long it is, is cut");
});

test("a block number is grouped", () => {
  expect(formatBlock(22_874_461)).toBe("#22,874,461");
});

test.each([
  [{ status: "completed", inputTokens: 512, outputTokens: 128 }, "512/128"],
  [{ status: "running", inputTokens: 256, outputTokens: null }, "256/..."],
  [{ status: "pending", inputTokens: 256, outputTokens: null }, "256/..."],
  [{ status: "failed", inputTokens: 256, outputTokens: null }, "256/—"],
  [{ status: "completed", inputTokens: null, outputTokens: null, totalTokens: 640 }, "640 total"],
  [{ status: "completed", inputTokens: null, outputTokens: null }, "—/—"],
])("tokens of %o read %s", (tokens, text) => {
  expect(formatTokens(tokens)).toBe(text);
});

test.each([
  ["completed", 120, "120ms"],
  ["completed", null, "—"],
  ["running", null, "..."],
  ["pending", null, "..."],
  ["failed", 90, "—"],
])("latency of a %s job with %s reads %s", (status, latency, text) => {
  expect(formatJobLatency(status, latency)).toBe(text);
});
