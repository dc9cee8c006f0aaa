import { formatBlock, formatCount } from "../lib/format";
import { CopyLine } from "./CopyLine";
import { safeLink, type EvidenceReading, type EvidenceRequest } from "./evidence";

/** One reading: what was asked, what came, and what was taken from it. */
export function Reading({ reading }: { reading: EvidenceReading }) {
  const { reader, good, code, readAt, block, blockExplorer, requests, requestsOmitted, values, valuesTruncated } = reading;
  const blockLink = safeLink(blockExplorer);
  return (
    <section className="zg:flex zg:flex-col zg:gap-12 zg:pt-16 zg:[border-top:1px_solid_var(--zg-line)]">
      <h3 className="zg:strong">
        {good ? "Last good reading" : `Failed reading (${code ?? "unknown"})`} of {reader}
      </h3>
      <p className="zg:text-soft">
        <time dateTime={readAt}>{readAt}</time>
        {block === null ? null : " · block "}
        {block === null ? null : blockLink === null ? formatBlock(block) : <Link to={blockLink}>{formatBlock(block)}</Link>}
      </p>
      {values.length > 0 ? <Values values={values} isCut={valuesTruncated} /> : null}
      <ol className="zg:flex zg:flex-col zg:gap-16">
        {requests.map((request, index) => (
          <li key={index}>
            <Request request={request} number={index + 1} />
          </li>
        ))}
      </ol>
      {requestsOmitted > 0 ? <p className="zg:text-soft">{formatCount(requestsOmitted)} further requests were not kept.</p> : null}
    </section>
  );
}

export function Link({ to, children }: { to: string; children: string }) {
  return (
    <a href={to} target="_blank" rel="noreferrer" className="zg:underline zg:[text-underline-offset:4px]">
      {children}
    </a>
  );
}

function Values({ values, isCut }: { values: EvidenceReading["values"]; isCut: boolean }) {
  return (
    <table className="zg:w-full">
      <caption className="zg:pb-4 zg:strong">Decoded values{isCut ? " (the first of them)" : ""}</caption>
      <thead className="zg:text-soft">
        <tr>
          <th scope="col">Figure</th>
          <th scope="col">Value</th>
          <th scope="col">Decoded from</th>
        </tr>
      </thead>
      <tbody>
        {values.map(({ name, value, from }) => (
          <tr key={name} className="zg:align-top zg:[border-top:1px_solid_var(--zg-line)]">
            <th scope="row" className="zg:py-4 zg:pr-16 zg:[overflow-wrap:anywhere]">
              {name}
            </th>
            <td dir="auto" className="zg-code zg:py-4 zg:pr-16 zg:[overflow-wrap:anywhere]">
              {value === null ? "—" : String(value)}
            </td>
            <td className="zg:py-4 zg:text-soft zg:[overflow-wrap:anywhere]">{from ?? "derived"}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Request({ request, number }: { request: EvidenceRequest; number: number }) {
  const { method, url, body, status, code, tookMs, calls, curl, answer, answerBytes, answerTruncated } = request;
  const size = `${formatCount(answerBytes)} B${answerTruncated ? ", the first of them shown" : ""}`;
  return (
    <article className="zg:flex zg:flex-col zg:gap-8">
      <h4>
        Request {number}: {method} {url}
      </h4>
      <p className="zg:text-soft">
        {[status === null ? "no answer" : `HTTP ${status}`, code, tookMs === null ? null : `${tookMs} ms`, size]
          .filter((part) => part !== null)
          .join(" · ")}
      </p>
      {calls.length > 0 ? (
        <ul className="zg:text-soft">
          {calls.map((call) => (
            <li key={call.id} className="zg:[overflow-wrap:anywhere]">
              {[`${call.id}.`, call.method, call.function, call.contract].filter((part) => part !== null).join(" ")}
            </li>
          ))}
        </ul>
      ) : null}
      {curl === null ? null : <CopyLine label={`Shell line that repeats request ${number}`} text={curl} />}
      <Raw title="Body of the request" text={body} />
      <Raw title="Raw answer" text={answer} />
    </article>
  );
}

/** Foreign bytes: text and nothing else. */
function Raw({ title, text }: { title: string; text: string | null }) {
  return text === null || text === "" ? null : (
    <details>
      <summary>{title}</summary>
      <pre dir="ltr" className="zg-code zg:max-h-320 zg:overflow-auto zg:rounded-card zg:bg-page zg:p-10 zg:whitespace-pre-wrap zg:[overflow-wrap:anywhere]" tabIndex={0}>
        {text}
      </pre>
    </details>
  );
}
