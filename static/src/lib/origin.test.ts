import { expect, test } from "vitest";
import { before, NOW, off, source } from "../test/samples";
import { originLine } from "./origin";

test("contract, block and age", () => {
  expect(originLine(source(), NOW)).toBe("0xa79F…F91E · #22,874,461 · 3 s");
});

test("a host without its scheme, and no block where there is none", () => {
  const exporter = source({ origin: { endpoint: "http://gpu-1:9400", contract: null, method: null }, asOf: null });
  expect(originLine(exporter, NOW)).toBe("gpu-1:9400 · 3 s");
});

test("a stale source keeps its origin and shows its true age", () => {
  expect(originLine(source({ fetchedAt: before(65_000) }), NOW)).toBe("0xa79F…F91E · #22,874,461 · 1 min");
});

test("a source without data gives its reason", () => {
  expect(originLine(off("no exporter · since start · set ZG_GPU_EXPORTER_URL"), NOW)).toBe("no exporter");
  expect(originLine(source({ state: "error", fetchedAt: null, reason: null }), NOW)).toBe("no answer yet");
});
