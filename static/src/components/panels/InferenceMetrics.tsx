import { EvidenceScope } from "../../evidence/EvidenceScope";
import { useNow } from "../../hooks/useNow";
import type {
  Agent,
  ComputeMetrics,
  ConnectionState,
  InferenceJob,
  INFTStatus,
  Ledger,
  Network,
  OwnProvider,
  Service,
  Sources,
  StorageMetrics,
  Theme,
} from "../../lib/model";
import { ComputeGauge } from "./ComputeGauge";
import { throughput } from "../../lib/jobs";
import { lastProof } from "../../lib/proof";
import { INFTCard } from "./INFTCard";
import { JobTable } from "./JobTable";
import { LiveRegion } from "./LiveRegion";
import { Message } from "./Message";
import { PanelHeader } from "./PanelHeader";
import { StorageUsage } from "./StorageUsage";

export interface InferenceMetricsProps {
  compute: ComputeMetrics | null;
  storage: StorageMetrics | null;
  inft: INFTStatus | null;
  jobs: InferenceJob[];
  connectionState: ConnectionState;
  isLoading: boolean;
  error: Error | null;
  className?: string;

  /** Where each figure comes from; with it, unknown parts give their reason. */
  sources?: Sources;
  /** The registered compute services; the header counts their providers. */
  services?: Service[];
  servicesTotal?: number | null;
  /** The wallet's money, and the operator's own provider: for what stands around the panel. */
  ledger?: Ledger | null;
  provider?: OwnProvider | null;
  network?: Network;
  agent?: Agent;
  /** Server time in milliseconds, for ages; the browser's clock stands in when it is left out. */
  now?: number | null;
  /** Updates are held by the viewer. */
  paused?: boolean;
  theme?: Theme;
  /** Where the evidence of each source is (/api/evidence); with it the feet of the cards open a drawer that asks there. */
  evidenceUrl?: string | null;
}

/** The panel. It renders its props and fetches nothing; useInferenceMetrics fills them from a server. */
export function InferenceMetrics(props: InferenceMetricsProps) {
  const { compute, storage, inft, jobs, connectionState, isLoading, error, sources, network } = props;
  const now = useNow(props.now);
  const isBlank = !compute && !storage && !inft && jobs.length === 0 && !sources;
  const showsMessage = isBlank && !isLoading && (error !== null || connectionState !== "connecting");
  const simulated = network?.simulated ?? false;

  return (
    <section
      className={["zg-root", props.className].filter(Boolean).join(" ")}
      data-theme={props.theme ?? "dark"}
      aria-label="Inference and 0G metrics"
      aria-busy={isLoading}
    >
      <div className="zg-panel">
        <PanelHeader
          network={network}
          providers={providerCount(props)}
          connectionState={connectionState}
          note={showsMessage ? null : noteOf(props)}
        />
        {showsMessage ? (
          <Message error={error} />
        ) : (
          <EvidenceScope url={props.evidenceUrl}>
            <ComputeGauge compute={compute} jobs={jobs} sources={sources} simulated={simulated} now={now} />
            <StorageUsage storage={storage} source={sources?.storage} simulated={simulated} now={now} />
            <INFTCard inft={inft} source={sources?.inft} simulated={simulated} now={now} />
            <JobTable
              jobs={jobs}
              source={sources?.jobs}
              simulated={simulated}
              isLoading={isLoading || (isBlank && connectionState === "connecting")}
              rate={throughput(compute, now)}
              proof={sources ? lastProof(jobs, props.services ?? []) : null}
              now={now}
            />
          </EvidenceScope>
        )}
      </div>
      <LiveRegion connectionState={connectionState} />
    </section>
  );
}

/** What stands beside the connection's word. */
function noteOf({ paused, error }: InferenceMetricsProps): string | null {
  return paused ? "updates paused" : (error?.message ?? null);
}

/** Providers, not services: one provider may offer several models. */
function providerCount({ services, sources }: InferenceMetricsProps): number | null {
  if (!services || !sources?.compute.fetchedAt) return null;
  return new Set(services.map((service) => service.provider)).size;
}
