import { formatCount, shortAddress, UNKNOWN } from "../lib/format";
import { Cell, Small } from "../page/Cell";
import { Listing } from "../page/Listing";
import type { Call } from "./model";
import { duration, money } from "./words";

interface CallTableProps {
  calls: readonly Call[];
  /** Newest first, and no more of them: the report has all. */
  most?: number;
}

const COLUMNS = ["Call", "Outcome", "Latency", "First token", "Tokens", "Cost", "Provider"] as const;

export function CallTable({ calls, most = 50 }: CallTableProps) {
  const shown = calls.slice(-most).reverse();
  const caption = calls.length > shown.length ? `The last ${shown.length} of ${formatCount(calls.length)} calls` : "Calls, newest first";
  return (
    <div className="zg-list">
      <Listing caption={caption} columns={COLUMNS}>
        {shown.map((call) => (
          <Row key={`${call.warmup ? "W" : ""}${call.number} ${call.provider ?? ""}`} call={call} />
        ))}
      </Listing>
    </div>
  );
}

function Row({ call }: { call: Call }) {
  const { number, warmup, outcome, remedy, latencyUs, ttftUs, inputTokens, outputTokens, costNeuron, costAtMost, provider } = call;
  return (
    <tr className="zg:align-top zg:[border-top:1px_solid_var(--zg-line)]">
      <th scope="row" className="zg:py-8 zg:pr-20 zg:strong">
        {warmup ? `warm-up ${number}` : number}
      </th>
      <Cell label="Outcome">
        <span data-outcome={outcome === "ok" ? "ok" : "failed"} className="zg-outcome">
          {outcome}
        </span>
        {remedy === null ? null : <Small>{remedy}</Small>}
      </Cell>
      <Cell label="Latency">{duration(latencyUs)}</Cell>
      <Cell label="First token">{duration(ttftUs)}</Cell>
      <Cell label="Tokens">{`${formatCount(inputTokens)}/${formatCount(outputTokens)}`}</Cell>
      <Cell label="Cost">{`${costAtMost ? "≤ " : ""}${money(costNeuron)}`}</Cell>
      <Cell label="Provider">{provider === null ? UNKNOWN : shortAddress(provider)}</Cell>
    </tr>
  );
}
