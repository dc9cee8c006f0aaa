import { useId, type ReactNode } from "react";
import { reasonOf, stateNow, whatOf } from "../../lib/freshness";
import { isBenchmarking, newestJobs } from "../../lib/jobs";
import type { InferenceJob, Source } from "../../lib/model";
import type { Proof } from "../../lib/proof";
import { Card } from "./Card";
import { FootLine } from "./Foot";
import { JobRow } from "./JobRow";
import { Skeleton } from "./Skeleton";
import { StateMark } from "./StateMark";

interface JobTableProps {
  jobs: readonly InferenceJob[];
  source: Source | undefined;
  simulated: boolean;
  isLoading: boolean;
  /** How fast and how well, beside the heading. */
  rate: string | null;
  /** The last signature that was looked at, below the rows. */
  proof: Proof | null;
  now: number | null;
}

export function JobTable({ jobs, source, simulated, isLoading, rate, proof, now }: JobTableProps) {
  const aside = source && jobs.length > 0 && (
    <div className="zg:flex zg:min-w-0 zg:gap-x-24 zg:text-label zg:text-soft">
      {isBenchmarking(jobs, now) ? <RunMark /> : null}
      <FootLine name="jobs" source={source} simulated={simulated} now={now} />
      {rate === null ? null : <p className="zg:truncate zg:tall:hidden">{rate}</p>}
    </div>
  );
  return (
    <Card title="Recent Inference Jobs" area="jobs" sources={source ? [source] : []} now={now} aside={aside}>
      {isLoading ? (
        <Skeleton rows={6} />
      ) : jobs.length === 0 ? (
        <NoJobs source={source} now={now} />
      ) : (
        <>
          <Rows jobs={newestJobs(jobs)} now={now} />
          {proof === null ? null : <LastProof {...proof} />}
        </>
      )}
    </Card>
  );
}

/** The panel's operator measures a provider: these calls are not the agent's. */
function RunMark() {
  return (
    <p data-status="running" className="zg:flex zg:shrink-0 zg:items-center zg:gap-10 zg:text-text zg:strong">
      <StateMark />
      <span>benchmark running</span>
    </p>
  );
}

/** A long name is cut, what was proven is not. */
function LastProof({ model, words }: Proof) {
  return (
    <p className="zg:flex zg:shrink-0 zg:pt-2 zg:text-label zg:whitespace-pre zg:tall:hidden">
      <span className="zg:text-soft">{"Last proof: "}</span>
      <span dir="auto" title={model} className="zg:truncate zg:strong">
        {model}
      </span>
      <span className="zg:shrink-0">{` ${words}`}</span>
    </p>
  );
}

function NoJobs({ source, now }: Pick<JobTableProps, "source" | "now">) {
  const reason = source && stateNow(source, now) !== "fresh" ? reasonOf(source) : null;
  return (
    <div className="zg:flex zg:flex-1 zg:flex-col zg:items-center zg:justify-center zg:gap-6 zg:text-center">
      <p className="zg:text-value">No inference jobs recorded yet.</p>
      {reason === null ? null : (
        <p title={reason} className="zg:line-clamp-2 zg:text-label zg:text-soft">
          {whatOf(reason)}
        </p>
      )}
    </div>
  );
}

/** The one part of the panel that scrolls, hence reachable by keyboard. */
function Rows({ jobs, now }: Pick<JobTableProps, "jobs" | "now">) {
  const labelId = useId();
  const hasProvider = jobs.some((job) => job.provider !== undefined);
  const hasProof = jobs.some((job) => job.proof !== undefined);
  return (
    <div className="zg:min-h-0 zg:flex-1 zg:text-label">
      <div role="region" aria-labelledby={labelId} tabIndex={0} className="zg-rows">
        <table className="zg:w-full zg:table-fixed">
          <caption id={labelId} className="zg:sr-only">
            Newest first
          </caption>
          <thead className="zg:sticky zg:top-0 zg:bg-card zg:text-soft">
            <tr>
              <Head>Model</Head>
              <Head width="zg:w-280 zg:tall:w-208">Status</Head>
              {hasProvider ? <Head width="zg:w-290 zg:tall:hidden">Provider</Head> : null}
              {hasProof ? <Head width="zg:w-165 zg:tall:hidden">Proof</Head> : null}
              <Head width="zg:w-240 zg:tall:w-190 zg:text-right">Tokens</Head>
              <Head width="zg:w-165 zg:tall:w-132 zg:text-right">Latency</Head>
              <Head width="zg:w-125 zg:tall:w-124 zg:text-right">Time</Head>
            </tr>
          </thead>
          <tbody>
            {jobs.map((job) => (
              <JobRow key={job.id} job={job} hasProvider={hasProvider} hasProof={hasProof} now={now} />
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

interface HeadProps {
  /** Fixed widths, so that columns stand still while values change; the model takes what they leave. */
  width?: string;
  children: ReactNode;
}

function Head({ width = "", children }: HeadProps) {
  return (
    <th scope="col" className={`zg:truncate zg:py-2 zg:pl-28 zg:first:pl-0 zg:tall:pl-14 ${width}`}>
      {children}
    </th>
  );
}
