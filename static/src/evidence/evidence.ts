// The evidence of one source, asked for once: what a person reads must not change under the eye.
import { useEffect, useState } from "react";
import type { components } from "../types";
import type { SourceName } from "../lib/model";

type Schemas = components["schemas"];

export type Evidence = Schemas["Evidence"];
export type EvidenceReading = Schemas["EvidenceReading"];
export type EvidenceRequest = Schemas["EvidenceRequest"];

/** What became of asking; null while the answer is on its way. */
export type Answer = { evidence: Evidence } | { trouble: string } | null;

/** Asks again whenever `turn` changes. */
export function useEvidence(base: string, source: SourceName, turn: number): Answer {
  const [answer, setAnswer] = useState<Answer>(null);
  useEffect(() => {
    const request = new AbortController();
    void ask(`${base}/${source}`, request.signal).then((next) => {
      if (!request.signal.aborted) setAnswer(next);
    });
    return () => {
      request.abort();
    };
  }, [base, source, turn]);
  return answer;
}

async function ask(url: string, signal: AbortSignal): Promise<Answer> {
  try {
    const response = await fetch(url, { signal });
    if (!response.ok) return { trouble: `the server answers ${response.status}` };
    const body: unknown = await response.json();
    return isEvidence(body) ? { evidence: body } : { trouble: "the server gave no evidence" };
  } catch {
    return { trouble: "the server does not answer" };
  }
}

/** The server validates its replies; here only the shape that rendering leans on is checked. */
function isEvidence(body: unknown): body is Evidence {
  return Array.isArray((body as { readings?: unknown } | null)?.readings);
}

/** A link that a browser may follow; null for anything that is none. */
export function safeLink(url: string | null): string | null {
  return url?.startsWith("https://") ? url : null;
}

/** The evidence of the instance whose /api/metrics this is; null for an address of another form. */
export function evidenceBeside(metricsUrl: string): string | null {
  const folder = /^([^?#]*\/)metrics(?:[?#].*)?$/.exec(metricsUrl)?.[1];
  return folder === undefined ? null : `${folder}evidence`;
}
