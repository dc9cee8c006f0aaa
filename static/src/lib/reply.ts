// The gate for data from outside: a reply is either a whole snapshot or nothing.
import type { History, Metrics } from "./model";

/** Parsed JSON as a snapshot; null when it is something else (a problem document, an HTML page's remains, null). */
export function asMetrics(value: unknown): Metrics | null {
  if (!isObject(value)) return null;
  const whole =
    typeof value.renderedAt === "string" &&
    Array.isArray(value.jobs) &&
    Array.isArray(value.services) &&
    isObject(value.network) &&
    isObject(value.sources) &&
    isObject(value.sources.chain);
  // The server validates every reply against the API description; here only the shape that rendering leans on is checked.
  return whole ? (value as unknown as Metrics) : null;
}

/** Longer than nginx keeps a copy; a server whose clock was set back is further behind. */
const COPIES_LAST_MS = 10_000;

/**
 * Whether a reply is the copy before the one that is shown. nginx may hand that out once more in the instant in which it
 * stores a newer one, and no figure may step back for it.
 */
export function isCopyBefore(reply: Metrics, shown: Metrics): boolean {
  const behindMs = Date.parse(shown.renderedAt) - Date.parse(reply.renderedAt);
  return behindMs > 0 && behindMs <= COPIES_LAST_MS;
}

/** Parsed JSON as a history; null when it is something else. */
export function asHistory(value: unknown): History | null {
  const whole = isObject(value) && Number(value.stepMs) > 0 && Array.isArray(value.times) && isObject(value.series);
  return whole ? (value as unknown as History) : null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
