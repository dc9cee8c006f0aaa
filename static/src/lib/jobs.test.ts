import type { ComputeMetrics, RecentJobs } from "./model";
import { expect, test } from "vitest";
import { before, job, NOW } from "../test/samples";
import { completedShare, isBenchmarking, loadProxy, newestJobs, silenceOf, throughput } from "./jobs";

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

test.each([
  ["one of its calls is running", { status: "running", timestamp: before(60_000) }, true],
  ["a call ended a moment ago", { timestamp: before(3000), lastHeardAt: before(1000) }, true],
  ["its last call ended some time ago", { timestamp: before(60_000) }, false],
  ["a call was never heard of again", { status: "running", timestamp: before(20 * 60_000) }, false],
  ["the job is the agent's", { status: "running", timestamp: before(1000), benchmarkId: null }, false],
] as const)("a run is under way or not: %s", (_why, fields, isUnderWay) => {
  expect(isBenchmarking([job(), job({ benchmarkId: "b-1", ...fields })], NOW)).toBe(isUnderWay);
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

const compute = (recent: RecentJobs | null, totalSince: string | null = before(5 * 60_000)): ComputeMetrics => ({
  gpuUtilization: null,
  memoryUtilization: null,
  activeJobs: 1,
  avgLatencyMs: null,
  totalInferences: 10,
  totalSince,
  recent,
});
const recent = (completed: number, failed: number, tokensPerSecond: number | null = null): RecentJobs => ({
  windowMs: 15 * 60_000,
  completed,
  failed,
  tokensPerSecond,
});

test("a job is silent since it was last heard of", () => {
  const running = { status: "running", timestamp: before(50 * 60_000) } as const;
  expect(silenceOf(job({ ...running, lastHeardAt: before(1000) }), NOW)).toBeNull();
  expect(silenceOf(job({ ...running, lastHeardAt: before(20 * 60_000) }), NOW)).toBe("no word for 20 min");
});

test("the server's count goes before the jobs at hand, and the share before the speed", () => {
  expect(loadProxy(compute(recent(118, 2, 41.4)), [job()], NOW)).toEqual({ label: "Jobs completed", value: "118/120 (15 min)" });
  expect(loadProxy(compute(recent(0, 0, 41.4)), [job()], NOW)).toEqual({ label: "Observed", value: "41 tok/s" });
  expect(loadProxy(compute(recent(0, 0)), [job()], NOW)).toBeNull();
  expect(loadProxy(compute(null), [job({ timestamp: before(1000) })], NOW)?.value).toBe("1/1 (15 min)");
});

test("throughput is by the time of the record, at most the window", () => {
  expect(throughput(compute(recent(49, 1)), NOW)).toBe("9.8/min · 98% completed (last 15 min)");
  expect(throughput(compute(recent(30, 0), before(3_600_000)), NOW)).toBe("2.0/min · 100% completed (last 15 min)");
  expect(throughput(compute(recent(3, 0), before(1000)), NOW)).toBe("3.0/min · 100% completed (last 15 min)");
  expect(throughput(compute(recent(0, 0)), NOW)).toBeNull();
  expect(throughput(compute(null), NOW)).toBeNull();
});
