import { useEffect, useMemo, useState } from "react";
import type { InferenceMetricsProps } from "../components/panels/InferenceMetrics";
import { evidenceBeside } from "../evidence/evidence";
import { serverNow, type ServerClock } from "../lib/clock";
import { connectionOf } from "../lib/connection";
import type { Metrics } from "../lib/model";
import { startPolling } from "../lib/poller";
import { asMetrics, isCopyBefore } from "../lib/reply";
import type { Snapshot } from "../lib/snapshot";

export interface PollingOptions {
  /** Time between two requests while all is well; 2 s unless told. */
  intervalMs?: number;
  /** Data that is already here, for a first paint without a request. */
  initial?: Snapshot | null;
  /** Stops asking; the last values stay and grow older. */
  paused?: boolean;
}

type LiveProps = Omit<InferenceMetricsProps, "className" | "theme">;

interface Reply extends ServerClock {
  metrics: Metrics;
}

/** Polls `url` (/api/metrics of any instance) and returns what InferenceMetrics renders. */
export function useInferenceMetrics(url: string, options: PollingOptions = {}): LiveProps {
  const { intervalMs = 2000, initial = null, paused = false } = options;
  const [reply, setReply] = useState<Reply | null>(() => initial && { ...initial, receivedAt: performance.now() });
  const [failed, setFailed] = useState<{ count: number; what: string | null }>({ count: 0, what: null });
  const [monotonic, setMonotonic] = useState(() => reply?.receivedAt ?? performance.now());

  useEffect(() => {
    const timer = setInterval(() => {
      setMonotonic(performance.now());
    }, 1000);
    return () => {
      clearInterval(timer);
    };
  }, []);

  useEffect(() => {
    if (paused) return undefined;
    return startPolling({
      url,
      intervalMs,
      read: readReply,
      what: "metrics",
      onReply: (next) => {
        setReply((shown) => (shown && isCopyBefore(next.metrics, shown.metrics) ? { ...next, metrics: shown.metrics } : next));
        setMonotonic(next.receivedAt);
        setFailed({ count: 0, what: null });
      },
      onFailure: (what) => {
        setFailed(({ count }) => ({ count: count + 1, what }));
      },
    });
  }, [url, intervalMs, paused]);

  const metrics = reply?.metrics ?? null;
  const connection = connectionOf({
    metrics,
    date: reply?.date ?? null,
    failures: failed.count,
    failure: failed.what,
  });
  const error = useMemo(() => (connection.message === null ? null : new Error(connection.message)), [connection.message]);

  return {
    compute: metrics?.compute ?? null,
    storage: metrics?.storage ?? null,
    inft: metrics?.inft ?? null,
    jobs: metrics?.jobs ?? [],
    connectionState: connection.state,
    isLoading: metrics === null && connection.state === "connecting",
    error,
    paused,
    now: reply && serverNow(reply, monotonic),
    evidenceUrl: evidenceBeside(url),
    ...(metrics && {
      agent: metrics.agent,
      network: metrics.network,
      services: metrics.services,
      servicesTotal: metrics.servicesTotal,
      ledger: metrics.ledger,
      provider: metrics.provider,
      sources: metrics.sources,
    }),
  };
}

function readReply(body: unknown, headers: Headers): Reply | null {
  const metrics = asMetrics(body);
  if (!metrics) return null;
  // Without a readable Date the rendering time stands in: ages come out too small by the cache's age, at worst.
  return { metrics, date: Date.parse(headers.get("date") ?? metrics.renderedAt), receivedAt: performance.now() };
}
