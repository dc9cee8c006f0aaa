// What may come instead of what was asked for, in words for people.
import type { Preflight } from "./model";
import { asPreflight, isObject } from "./reply";

export interface Trouble {
  /** Of the server's problem document; "away" when there was no answer at all. */
  code: string;
  text: string;
  /** Of the run that stands in the way. */
  runId: string | null;
  /** What is missing. */
  preflight: Preflight | null;
}

export const AWAY: Trouble = { code: "away", text: "The server does not answer.", runId: null, preflight: null };

const DEFAULT_WAIT_S = 1;

/** From a reply that is no success, and its body as JSON where it is any. */
export function readTrouble(response: Response, body: unknown): Trouble {
  const problem = isObject(body) ? body : {};
  const code = typeof problem.code === "string" ? problem.code : "error";
  const detail = typeof problem.detail === "string" ? problem.detail : null;
  return {
    code,
    text: words(response, detail),
    runId: code === "busy" ? lastPart(response.headers.get("Location")) : null,
    preflight: asPreflight(problem.preflight),
  };
}

function words(response: Response, detail: string | null): string {
  const wait = Number(response.headers.get("Retry-After")) || DEFAULT_WAIT_S;
  switch (response.status) {
    case 401:
      return "This is not the admin token.";
    case 409:
      return "Another run is on; there is one at a time.";
    case 422:
      return "Something is missing; nothing was started.";
    case 429:
      return `Asked too often. Try again in ${wait} s.`;
    case 503:
      return `${capital(detail ?? "the admin program does not answer")}. Try again in ${wait} s.`;
    default:
      return `${capital(detail ?? `the server answers ${response.status}`)}.`;
  }
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function lastPart(path: string | null): string | null {
  return path?.split("/").at(-1) ?? null;
}
