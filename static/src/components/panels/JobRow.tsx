import type { ReactNode } from "react";
import { useIsHydrated } from "../../hooks/useIsHydrated";
import { formatJobTime } from "../../lib/age";
import { formatJobLatency, formatTokens, shortAddress } from "../../lib/format";
import { silenceOf } from "../../lib/jobs";
import type { InferenceJob } from "../../lib/model";
import { StateMark } from "./StateMark";

interface JobRowProps {
  job: InferenceJob;
  hasProvider: boolean;
  hasProof: boolean;
  now: number | null;
}

export function JobRow({ job, hasProvider, hasProof, now }: JobRowProps) {
  const silence = silenceOf(job, now);
  const tokens = formatTokens(job);
  const isHydrated = useIsHydrated();
  return (
    <tr className="zg-row">
      <td className="zg:py-1">
        <div className="zg:flex zg:gap-x-16">
          <span dir="auto" title={job.model} className="zg:truncate zg:strong">
            {job.model}
          </span>
          {job.benchmarkId ? <span className="zg:text-soft">bench</span> : null}
        </div>
      </td>
      <Cell>
        <span
          data-status={job.status}
          title={job.status === "failed" ? (job.error ?? undefined) : undefined}
          className="zg:flex zg:items-center zg:gap-10"
        >
          <StateMark isHollow={job.status === "pending" || silence !== null} />
          <span className="zg:truncate">{silence ?? job.status}</span>
        </span>
      </Cell>
      {hasProvider ? <Cell isWide>{job.provider ? shortAddress(job.provider) : ""}</Cell> : null}
      {hasProof ? <Cell isWide>{job.proof ?? ""}</Cell> : null}
      <Cell isNumber title={tokens}>
        {tokens}
      </Cell>
      <Cell isNumber>{formatJobLatency(job.status, job.latencyMs)}</Cell>
      <Cell isNumber>
        <time dateTime={job.timestamp} title={job.timestamp}>{isHydrated ? formatJobTime(job.timestamp, now) : ""}</time>
      </Cell>
    </tr>
  );
}

interface CellProps {
  isNumber?: boolean;
  isWide?: boolean;
  title?: string;
  children: ReactNode;
}

function Cell({ isNumber = false, isWide = false, title, children }: CellProps) {
  return (
    <td
      title={title}
      className={
        "zg:truncate zg:py-1 zg:pl-28 zg:tall:pl-14 " +
        (isNumber ? "zg:text-right" : "") +
        (isWide ? " zg:tall:hidden" : "")
      }
    >
      {children}
    </td>
  );
}
