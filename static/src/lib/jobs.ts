// Order, limits and the states of jobs that only time reveals.
import { ageMs, formatDuration } from "./age";
import type { InferenceJob } from "./model";

export const MAX_ROWS = 30;
const HEARD_WITHIN_MS = 15 * 60_000;

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
  const age = ageMs(job.timestamp, now);
  return age !== null && age > HEARD_WITHIN_MS ? `no word for ${formatDuration(age)}` : null;
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
