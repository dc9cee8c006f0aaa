import { expect, test } from "vitest";
import { ageMs, formatAgo, formatDuration, formatJobTime } from "./age";

const NOW = Date.parse("2026-03-01T12:00:00Z");

test("an age is never negative and never invented", () => {
  expect(ageMs("2026-03-01T11:59:57.000Z", NOW)).toBe(3000);
  expect(ageMs("2026-03-01T12:00:01.000Z", NOW)).toBe(0);
  expect(ageMs(null, NOW)).toBeNull();
  expect(ageMs("2026-03-01T11:59:57.000Z", null)).toBeNull();
  expect(ageMs("not a time", NOW)).toBeNull();
});

test.each([
  [0, "0 s"],
  [59_999, "59 s"],
  [60_000, "1 min"],
  [22 * 60_000, "22 min"],
  [5 * 3_600_000, "5 h"],
  [49 * 3_600_000, "2 d"],
])("%s ms read %s", (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test.each([
  [400, "just now"],
  [1000, "1 second ago"],
  [45_000, "45 seconds ago"],
  [60_000, "1 minute ago"],
  [130_000, "2 minutes ago"],
  [3_600_000, "1 hour ago"],
  [3 * 86_400_000, "3 days ago"],
])("%s ms before now was %s", (ms, text) => {
  expect(formatAgo(new Date(NOW - ms).toISOString(), NOW)).toBe(text);
});

test("a job of today shows its local time, an older one its date", () => {
  const today = new Date(2026, 2, 1, 9, 5);
  const now = new Date(2026, 2, 1, 23, 59).getTime();
  expect(formatJobTime(today.toISOString(), now)).toBe("09:05");
  expect(formatJobTime(new Date(2026, 1, 28, 23, 59).toISOString(), now)).toBe("28 Feb");
  expect(formatJobTime(today.toISOString(), null)).toBe("");
  expect(formatJobTime("nonsense", now)).toBe("");
});
