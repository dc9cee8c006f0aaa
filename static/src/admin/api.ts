// The admin API. The token lives in this closure and in the header of each request, and nowhere else: not in an
// address, a storage, a cookie or an element.
import type { Plan, Preflight, Run, Started } from "./model";
import { asPreflight, asRun, asRuns, asStarted } from "./reply";
import { AWAY, readTrouble, type Trouble } from "./trouble";

export type Answer<T> = { value: T } | { trouble: Trouble };

export const REPORT_FORMS = ["md", "json", "csv"] as const;
export type ReportForm = (typeof REPORT_FORMS)[number];

export interface AdminApi {
  preflight: (plan: Partial<Plan>) => Promise<Answer<Preflight>>;
  start: (plan: Plan) => Promise<Answer<Started>>;
  runs: () => Promise<Answer<Run[]>>;
  cancel: (id: string) => Promise<Answer<Run>>;
  /** The bytes as the server gives them. */
  report: (id: string, form: ReportForm) => Promise<Answer<Blob>>;
  /** Markdown. */
  comparison: (a: string, b: string) => Promise<Answer<string>>;
  /** Markdown, of the agent's recorded jobs. */
  observed: () => Promise<Answer<string>>;
  /** Server-sent events from behind the named one. */
  events: (id: string, lastEventId: number | null, signal: AbortSignal) => Promise<Answer<ReadableStream<Uint8Array>>>;
}

const BENCHMARKS = "/admin/api/benchmarks";
/** A preflight reads the chain. */
const TIMEOUT_MS = 65_000;

type Init = Omit<RequestInit, "headers"> & { headers?: Record<string, string> };
type Read<T> = (response: Response) => Promise<T | null>;

const json =
  <T>(as: (body: unknown) => T | null): Read<T> =>
  async (response) =>
    as(await response.json());
const blob: Read<Blob> = (response) => response.blob();
const text: Read<string> = (response) => response.text();
const stream: Read<ReadableStream<Uint8Array>> = (response) => Promise.resolve(response.body);

/** `onRefused` is told when the server does not know the token, at whichever request. */
export function openAdminApi(token: string, onRefused: (trouble: Trouble) => void): AdminApi {
  const ask = async <T>(path: string, read: Read<T>, init: Init = {}): Promise<Answer<T>> => {
    try {
      const response = await fetch(path, {
        cache: "no-store",
        credentials: "omit",
        redirect: "error",
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...init,
        headers: { ...init.headers, Authorization: `Bearer ${token}` },
      });
      if (!response.ok) {
        const trouble = readTrouble(response, await bodyOf(response));
        if (trouble.code === "unauthorized") onRefused(trouble);
        return { trouble };
      }
      const value = await read(response);
      return value === null ? { trouble: AWAY } : { value };
    } catch {
      return { trouble: AWAY };
    }
  };
  const send = <T>(path: string, plan: Partial<Plan>, read: Read<T>) =>
    ask(path, read, { method: "POST", body: JSON.stringify(plan), headers: { "Content-Type": "application/json" } });
  const run = (id: string) => `${BENCHMARKS}/${encodeURIComponent(id)}`;

  return {
    preflight: (plan) => send("/admin/api/preflight", plan, json(asPreflight)),
    start: (plan) => send(BENCHMARKS, plan, json(asStarted)),
    runs: () => ask(BENCHMARKS, json(asRuns)),
    cancel: (id) => ask(run(id), json(asRun), { method: "DELETE" }),
    report: (id, form) => ask(`${run(id)}/report.${form}`, blob),
    comparison: (a, b) => ask(`/admin/api/compare.md?${new URLSearchParams({ a, b }).toString()}`, text),
    observed: () => ask("/admin/api/reports/observed.md", text),
    events: (id, lastEventId, signal) =>
      ask(`${run(id)}/events`, stream, {
        signal,
        headers: lastEventId === null ? {} : { "Last-Event-ID": String(lastEventId) },
      }),
  };
}

async function bodyOf(response: Response): Promise<unknown> {
  try {
    return (await response.json()) as unknown;
  } catch {
    return null;
  }
}
