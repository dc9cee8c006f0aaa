import { bandOf, bandWord, clampPercent, PROCESSOR_LIMITS } from "../../lib/bands";
import { formatCount, formatLatency, formatWholePercent, UNKNOWN } from "../../lib/format";
import { formatJobTime } from "../../lib/age";
import { isStale, reasonOf, whatOf } from "../../lib/freshness";
import { loadProxy } from "../../lib/jobs";
import type { ComputeMetrics, Gpu, InferenceJob, Source, Sources } from "../../lib/model";
import { Card } from "./Card";
import { Foot, type FootEntry } from "./Foot";
import { CAPTION, Hero, HeroArea } from "./Hero";
import { Ring } from "./Ring";
import { Skeleton } from "./Skeleton";
import { Stat } from "./Stat";
import { StateMark } from "./StateMark";
import { Unknown } from "./Unknown";

interface ComputeGaugeProps {
  compute: ComputeMetrics | null;
  /** What a proxy is taken from when nobody reports the load. */
  jobs: readonly InferenceJob[];
  sources: Sources | undefined;
  simulated: boolean;
  now: number | null;
}

export function ComputeGauge({ compute, jobs, sources, simulated, now }: ComputeGaugeProps) {
  const entries: FootEntry[] = sources
    ? [
        { label: "GPU", name: "gpu", source: sources.gpu, simulated, isOwnNode: true, caveat: elsewhere(compute) },
        { label: "Jobs", name: "jobs", source: sources.jobs, simulated, note: sinceOf(compute, now) },
      ]
    : [];
  return (
    <Card
      title="GPU Utilization"
      area="gauge"
      sources={entries.map((entry) => entry.source)}
      now={now}
      foot={<Foot entries={entries} now={now} />}
    >
      {compute || sources ? (
        <div
          data-stale={isStale(sources?.gpu, now) || undefined}
          className="zg:flex zg:min-h-0 zg:flex-1 zg:flex-col zg:tall:flex-row zg:tall:items-center zg:tall:gap-22"
        >
          <HeroArea>
            <Load
              percent={clampPercent(compute?.gpuUtilization ?? null)}
              gpu={compute?.gpu ?? null}
              reason={unknownLoad(compute?.gpu ?? null, sources?.gpu)}
            />
          </HeroArea>
          <dl className="zg:grid zg:shrink-0 zg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)] zg:gap-x-16 zg:gap-y-6 zg:tall:grid-cols-[minmax(0,3fr)_minmax(0,2fr)] zg:tall:basis-436 zg:tall:grow">
            <MemoryOrProxy
              load={compute?.gpuUtilization ?? null}
              memory={clampPercent(compute?.memoryUtilization ?? null)}
              gpu={compute?.gpu ?? null}
              proxy={loadProxy(compute, jobs, now)}
            />
            <Stat label="Active Jobs" value={formatCount(compute?.activeJobs ?? null)} />
            <Stat label="Avg Latency" value={formatLatency(compute?.avgLatencyMs ?? null)} />
            <Stat label="Total" value={formatCount(compute?.totalInferences ?? null)} />
          </dl>
        </div>
      ) : (
        <Skeleton hero={240} hasRing rows={4} />
      )}
    </Card>
  );
}

/** The load of one's own node says nothing about jobs that ran on another. */
function elsewhere(compute: ComputeMetrics | null): string | null {
  return compute?.gpu?.ranJobs === false ? "not the provider of these jobs" : null;
}

/** Since when the total counts; null while nothing does. */
function sinceOf(compute: ComputeMetrics | null, now: number | null): string | null {
  const since = compute?.totalSince ? formatJobTime(compute.totalSince, now) : "";
  return since === "" ? null : `since ${since}`;
}

const LOAD = "zg:flex zg:min-w-0 zg:items-center zg:gap-28 zg:tall:gap-18";

/** Why the ring is empty: nobody was asked, nobody answers, or the answer has no such figure. */
function unknownLoad(gpu: Gpu | null, source: Source | undefined): string {
  if (source === undefined || source.state === "off") return "not reported by 0G";
  if (gpu !== null) return `not reported by ${gpu.exporter}`;
  return whatOf(reasonOf(source) ?? (source.state === "fresh" ? "load not known" : source.state));
}

/** The worst of several cards, which their mean would hide; null of a single one. */
function worst(gpu: Gpu | null, word: string, figure: number | null | undefined): string | null {
  const percent = clampPercent(figure ?? null);
  return gpu === null || gpu.count < 2 || percent === null ? null : `${word} ${formatWholePercent(percent)}`;
}

interface LoadProps {
  percent: number | null;
  gpu: Gpu | null;
  reason: string;
}

function Load({ percent, gpu, reason }: LoadProps) {
  if (percent === null) {
    return (
      <div className={LOAD}>
        <Ring percent={null} />
        <Unknown reason={reason} />
      </div>
    );
  }
  const band = bandOf(percent, PROCESSOR_LIMITS);
  const figure = formatWholePercent(percent);
  const busiest = worst(gpu, "busiest", gpu?.worstUtilization);
  return (
    <div
      role="meter"
      aria-label="GPU Utilization"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(percent)}
      aria-valuetext={`${figure}, ${bandWord(band)}`}
      data-band={band}
      className={LOAD}
    >
      <Ring percent={percent} />
      <div className="zg:flex zg:min-w-0 zg:flex-col">
        <span title={gpu?.name ?? undefined} className={CAPTION}>
          {busiest === null ? bandWord(band) : `${bandWord(band)} · ${busiest}`}
        </span>
        <Hero figure={figure} />
      </div>
    </div>
  );
}

interface MemoryProps {
  load: number | null;
  memory: number | null;
  gpu: Gpu | null;
  proxy: { label: string; value: string } | null;
}

function MemoryOrProxy({ load, memory, gpu, proxy }: MemoryProps) {
  if (memory !== null) {
    const band = bandOf(memory, PROCESSOR_LIMITS);
    return (
      <Stat label="Memory" basis={worst(gpu, "fullest", gpu?.worstMemoryUtilization)} value={formatWholePercent(memory)} band={band}>
        <StateMark />
        <span className="zg:truncate zg:text-label zg:text-soft">
          {bandWord(band)}
        </span>
      </Stat>
    );
  }
  // An inference server's KV cache is set aside at start: its fill says nothing about memory.
  const running = gpu?.runningRequests ?? null;
  if (load === null && running !== null) return <Stat label="Requests running" value={formatCount(running)} />;
  if (load === null && proxy !== null) return <Stat label={proxy.label} value={proxy.value} />;
  return <Stat label="Memory" value={UNKNOWN} />;
}
