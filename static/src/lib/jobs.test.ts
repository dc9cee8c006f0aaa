import { expect, test } from "vitest";
import { before, job, NOW } from "../test/samples";
import { completedShare, newestJobs, silenceOf } from "./jobs";

test("newest first, thirty at most, the given list untouched", () => {
  const given = Array.from({ length: 40 }, (_, index) => job({ id: String(index), timestamp: before((40 - index) * 1000) }));
  const shown = newestJobs(given);
  expect(shown).toHaveLength(30);
  expect(shown[0]?.id).toBe("39");
  expect(shown[29]?.id).toBe("10");
  expect(given[0]?.id).toBe("0");
});

test("jobs of one instant keep one order", () => {
  const a = job({ id: "a" });
  const b = job({ id: "b" });
  expect(newestJobs([a, b])).toEqual(newestJobs([b, a]));
});

test("a running job is silent after 15 minutes, others never are", () => {
  expect(silenceOf(job({ status: "running", timestamp: before(14 * 60_000) }), NOW)).toBeNull();
  expect(silenceOf(job({ status: "running", timestamp: before(22 * 60_000) }), NOW)).toBe("no word for 22 min");
  expect(silenceOf(job({ status: "completed", timestamp: before(22 * 60_000) }), NOW)).toBeNull();
});

test("the completed share counts ended agent jobs of the last 15 minutes", () => {
  const list = [
    job({ id: "1" }),
    job({ id: "2", status: "failed" }),
    job({ id: "3", status: "running" }),
    job({ id: "4", benchmarkId: "bench" }),
    job({ id: "5", timestamp: before(16 * 60_000) }),
  ];
  expect(completedShare(list, NOW)).toBe("1/2");
});

test("a list that was cut inside the window gives no share", () => {
  const full = Array.from({ length: 30 }, (_, index) => job({ id: String(index) }));
  expect(completedShare(full, NOW)).toBeNull();
  expect(completedShare([...full.slice(1), job({ id: "old", timestamp: before(16 * 60_000) })], NOW)).toBe("29/29");
  expect(completedShare([], NOW)).toBeNull();
  expect(completedShare([job()], null)).toBeNull();
});
