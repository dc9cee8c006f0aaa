// Asks the server again and again: one request in flight, a back-off with jitter while it fails, silence while the
// tab is hidden. The browser keeps the ETag (`cache: "no-cache"`), so that another origin needs no preflight.

const TIMEOUT_MS = 4_000;
/** With the spread at most 4.8 s, so that a server that is back is noticed within 5 s. */
const MAX_DELAY_MS = 4_000;

export interface PollerOptions<T> {
  url: string;
  intervalMs: number;
  /** What is wanted of a reply's parsed JSON; null when it is something else. */
  read: (body: unknown, headers: Headers) => T | null;
  /** Names what is wanted, for the failure to get it. */
  what: string;
  onReply: (reply: T) => void;
  onFailure: (what: string) => void;
}

/** Starts at once (or when the tab is next shown); the returned function ends it for good. */
export function startPolling<T>(options: PollerOptions<T>): () => void {
  const { intervalMs, onReply, onFailure } = options;
  let failures = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let inFlight: AbortController | undefined;
  let stopped = false;

  const poll = async () => {
    if (inFlight || document.hidden) return;
    clearTimeout(timer);
    const request = new AbortController();
    inFlight = request;
    const outcome = await ask(options, request);
    inFlight = undefined;
    if (isStopped()) return;
    if ("failure" in outcome) {
      failures += 1;
      onFailure(outcome.failure);
    } else {
      failures = 0;
      onReply(outcome.reply);
    }
    timer = setTimeout(() => void poll(), delayAfter(failures, intervalMs));
  };
  // A function, because the flag may change while a request is awaited.
  const isStopped = () => stopped;
  const onVisibility = () => {
    if (document.hidden) clearTimeout(timer);
    else void poll();
  };

  document.addEventListener("visibilitychange", onVisibility);
  void poll();
  return () => {
    stopped = true;
    clearTimeout(timer);
    inFlight?.abort();
    document.removeEventListener("visibilitychange", onVisibility);
  };
}

/** The interval while all is well; then doubling, spread over ±20 % so that many viewers do not return as one. */
function delayAfter(failures: number, intervalMs: number): number {
  if (failures === 0) return intervalMs;
  const delay = Math.min(Math.max(MAX_DELAY_MS, intervalMs), intervalMs * 2 ** (failures - 1));
  return delay * (0.8 + Math.random() * 0.4);
}

/** A reply, or what went wrong in words for the header. */
async function ask<T>({ url, read, what }: PollerOptions<T>, request: AbortController): Promise<{ reply: T } | { failure: string }> {
  const timeout = setTimeout(() => {
    request.abort();
  }, TIMEOUT_MS);
  try {
    const response = await fetch(url, { cache: "no-cache", signal: request.signal });
    if (!response.ok) return { failure: trouble(response.status) };
    const reply = read(await response.json(), response.headers);
    return reply === null ? { failure: `server gave no ${what}` } : { reply };
  } catch {
    return { failure: "server not answering" };
  } finally {
    clearTimeout(timeout);
  }
}

function trouble(status: number): string {
  if (status === 503) return "metrics program not answering";
  return status === 429 ? "asked too often" : `server answers ${status}`;
}
