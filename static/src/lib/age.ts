// Ages and times of day. `now` is always server time in milliseconds (see clock.ts), null before it is known.

const UNITS = [
  { ms: 86_400_000, short: "d", long: "day" },
  { ms: 3_600_000, short: "h", long: "hour" },
  { ms: 60_000, short: "min", long: "minute" },
] as const;

/** Milliseconds since an RFC 3339 time, never negative; null when either end is unknown. */
export function ageMs(time: string | null | undefined, now: number | null): number | null {
  if (time === null || time === undefined || now === null) return null;
  const then = Date.parse(time);
  return Number.isNaN(then) ? null : Math.max(0, now - then);
}

/** `3 s`, `22 min`, `5 h`, `2 d`. */
export function formatDuration(ms: number): string {
  const unit = UNITS.find((candidate) => ms >= candidate.ms);
  return unit ? `${Math.floor(ms / unit.ms)} ${unit.short}` : `${Math.floor(ms / 1000)} s`;
}

/** `2 minutes ago`; null when the time is unknown. */
export function formatAgo(time: string | null | undefined, now: number | null): string | null {
  const age = ageMs(time, now);
  if (age === null) return null;
  const unit = UNITS.find((candidate) => age >= candidate.ms) ?? { ms: 1000, long: "second" };
  const count = Math.floor(age / unit.ms);
  if (count === 0) return "just now";
  return `${count} ${unit.long}${count === 1 ? "" : "s"} ago`;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** The viewer's local time of day, or the date of another day; empty before `now` is known. */
export function formatJobTime(time: string, now: number | null): string {
  const date = new Date(time);
  if (now === null || Number.isNaN(date.getTime())) return "";
  if (date.toDateString() === new Date(now).toDateString()) {
    return `${twoDigits(date.getHours())}:${twoDigits(date.getMinutes())}`;
  }
  return `${date.getDate()} ${MONTHS[date.getMonth()] ?? ""}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
