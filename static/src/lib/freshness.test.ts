import { expect, test } from "vitest";
import { before, NOW, off, source } from "../test/samples";
import { reasonOf, stateNow, whatOf } from "./freshness";

test("age decides, whatever the reply says", () => {
  expect(stateNow(source({ fetchedAt: before(15_000) }), NOW)).toBe("fresh");
  expect(stateNow(source({ fetchedAt: before(15_001) }), NOW)).toBe("stale");
});

test("the reply's word can only make things worse", () => {
  expect(stateNow(source({ state: "stale" }), NOW)).toBe("stale");
  expect(stateNow(source({ state: "fresh", fetchedAt: null }), NOW)).toBe("error");
});

test("off stays off, however old", () => {
  expect(stateNow(off("not configured"), NOW)).toBe("off");
});

test("before the server's time is known the reply is believed", () => {
  expect(stateNow(source(), null)).toBe("fresh");
});

test("a reason's first part says what happened", () => {
  expect(whatOf("no exporter · since start · set ZG_GPU_EXPORTER_URL")).toBe("no exporter");
  expect(whatOf("no exporter")).toBe("no exporter");
});

test("nothing fetched and no reason is a reason", () => {
  expect(reasonOf(source({ fetchedAt: null }))).toBe("no answer yet");
  expect(reasonOf(source())).toBeNull();
});
