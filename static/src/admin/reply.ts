// The gate for data from outside. The server validates its replies against the API description; here only the shape
// that rendering leans on is checked.
import type { Call, Preflight, Run, Started } from "./model";

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function asPreflight(value: unknown): Preflight | null {
  const whole =
    isObject(value) &&
    Array.isArray(value.problems) &&
    Array.isArray(value.endpoints) &&
    Array.isArray(value.offers) &&
    isObject(value.plan);
  return whole ? (value as unknown as Preflight) : null;
}

export function asRun(value: unknown): Run | null {
  const whole = isObject(value) && typeof value.id === "string" && typeof value.state === "string";
  return whole ? (value as unknown as Run) : null;
}

export function asRuns(value: unknown): Run[] | null {
  if (!isObject(value) || !Array.isArray(value.runs)) return null;
  const runs = value.runs.map(asRun);
  return runs.every((run) => run !== null) ? runs : null;
}

export function asStarted(value: unknown): Started | null {
  return isObject(value) && typeof value.id === "string" ? (value as unknown as Started) : null;
}

export function asCall(value: unknown): Call | null {
  return isObject(value) && typeof value.number === "number" ? (value as unknown as Call) : null;
}
