// Order, limits and the states of jobs that only time reveals.
import { ageMs, formatDuration } from "./age";
import { formatOneDecimal, formatWholePercent } from "./format";
import type { ComputeMetrics, InferenceJob } from "./model";

export const MAX_ROWS = 30;
const MINUTE_MS = 60_000;
const HEARD_WITHIN_MS = 15 * MINUTE_MS;
/** Calls follow each other at once, or at a rate of so many a minute. */
const BETWEEN_CALLS_MS = 6_000;

/** Newest first, at most 30; jobs of one instant keep a fixed order by id. */
export function newestJobs(jobs: readonly InferenceJob[]): InferenceJob[] {
  return [...jobs].sort(newestFirst).slice(0, MAX_ROWS);
}

function newestFirst(a: InferenceJob, b: InferenceJob): number {
  return timeOf(b) - timeOf(a) || (a.id < b.id ? 1 : -1);
}

function timeOf(job: InferenceJob): number {
  const time = Date.parse(job.timestamp);
  return Number.isNaN(time) ? 0 : time;
}

/** "no word for 22 min" of a running job that went silent; null for every other job. */
export function silenceOf(job: InferenceJob, now: number | null): string | null {
  if (job.status !== "running") return null;
  const age = ageMs(job.lastHeardAt ?? job.timestamp, now);
  return age !== null && age > HEARD_WITHIN_MS ? `no word for ${formatDuration(age)}` : null;
}

/** A run is under way: one of its calls is running, or was heard of so lately that the next is about to start. */
export function isBenchmarking(jobs: readonly InferenceJob[], now: number | null): boolean {
  return jobs.some((job) => {
    const age = ageMs(job.lastHeardAt ?? job.timestamp, now);
    return job.benchmarkId && age !== null && age <= (job.status === "running" ? HEARD_WITHIN_MS : BETWEEN_CALLS_MS);
  });
}

/**
 * "118/120" of the agent jobs that ended in the last 15 minutes: the stand-in for a load that nobody reports.
 * Null when the list may have been cut inside that time, or holds no ended job.
 */
export function completedShare(jobs: readonly InferenceJob[], now: number | null): string | null {
  const ages = jobs.map((job) => ageMs(job.timestamp, now) ?? 0);
  if (now === null || (jobs.length >= MAX_ROWS && Math.max(...ages) <= HEARD_WITHIN_MS)) return null;
  const recent = jobs.filter((job, index) => (ages[index] ?? 0) <= HEARD_WITHIN_MS && !job.benchmarkId);
  const completed = recent.filter((job) => job.status === "completed").length;
  const ended = completed + recent.filter((job) => job.status === "failed").length;
  return ended === 0 ? null : `${completed}/${ended}`;
}

/**
 * The stand-in for a load that nobody reports, the first that is known: the share of jobs that completed, then the
 * observed speed. The server's figures where it counts, else the jobs at hand.
 */
export function loadProxy(
  compute: ComputeMetrics | null,
  jobs: readonly InferenceJob[],
  now: number | null,
): { label: string; value: string } | null {
  const recent = compute?.recent;
  const ended = recent ? recent.completed + recent.failed : 0;
  const share = recent ? (ended > 0 ? `${recent.completed}/${ended}` : null) : completedShare(jobs, now);
  if (share !== null) return { label: "Jobs completed", value: `${share} (15 min)` };
  const speed = recent?.tokensPerSecond ?? null;
  return speed === null ? null : { label: "Observed", value: `${Math.round(speed)} tok/s` };
}

/** "12.4/min · 98% completed (last 15 min)"; null when no job ended lately. Younger records count from their first. */
export function throughput(compute: ComputeMetrics | null, now: number | null): string | null {
  const recent = compute?.recent;
  const age = ageMs(compute?.totalSince, now);
  const ended = recent ? recent.completed + recent.failed : 0;
  if (!recent || age === null || ended === 0) return null;
  const minutes = Math.max(MINUTE_MS, Math.min(age, recent.windowMs)) / MINUTE_MS;
  const rate = formatOneDecimal(recent.completed / minutes);
  return `${rate}/min · ${formatWholePercent((100 * recent.completed) / ended)} completed (last 15 min)`;
}
