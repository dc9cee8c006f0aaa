import { Fragment, type Ref } from "react";
import { shortAddress } from "../lib/format";
import { CopyLine } from "../evidence/CopyLine";
import { Button, Fact, Notice, Part } from "./Controls";
import type { Preflight, PreflightProblem } from "./model";
import { costBound } from "./plan";
import type { Trouble } from "./trouble";
import { money } from "./words";

interface CheckProps {
  preflight: Preflight;
  /** The form says something else by now. */
  isOutdated: boolean;
  isStarting: boolean;
  /** A run is on, and there is one at a time. */
  isOccupied: boolean;
  trouble: Trouble | null;
  heading: Ref<HTMLHeadingElement>;
  onStart: () => void;
  /** Shows the run that stands in the way. */
  onShow: (id: string) => void;
}

/** What the checked plan may cost, what it lacks, and the way to start it. */
export function Check({ preflight, isOutdated, isStarting, isOccupied, trouble, heading, onStart, onShow }: CheckProps) {
  const { ready, problems, worstCaseNeuron, maxSpendNeuron, priceBlock } = preflight;
  const bound = costBound(worstCaseNeuron, maxSpendNeuron);
  return (
    <Part id="check" title={ready ? "Ready to start" : "Not ready"} heading={heading}>
      {trouble === null ? null : (
        <Notice trouble={trouble}>
          {trouble.runId === null ? null : <Show id={trouble.runId} onShow={onShow} />}
        </Notice>
      )}
      <div data-outdated={isOutdated || undefined} className="zg-outdates zg:flex zg:flex-col zg:gap-16">
        {ready || bound !== null ? (
          <div>
            <p className="zg:text-soft">This run costs at most</p>
            <p className="zg-bound">{bound === null ? "not known" : money(bound.toString())}</p>
            <p className="zg:text-soft">
              {bound === null
                ? "The contract names no price for this endpoint: its operator bills it, and the cap cannot hold it back."
                : `Worst case of all calls ${money(worstCaseNeuron)}, cap ${money(maxSpendNeuron)}${priceBlock === null ? "" : `, prices of block ${priceBlock}`}.`}
            </p>
          </div>
        ) : null}
        {ready ? null : (
          <ol className="zg:flex zg:flex-col zg:gap-16">
            {problems.map((problem, index) => (
              <Missing key={`${problem.code} ${index}`} problem={problem} />
            ))}
          </ol>
        )}
        <Facts preflight={preflight} />
      </div>
      {isOutdated ? (
        <p role="status">The plan has changed since: check it again.</p>
      ) : ready ? (
        <Button isMain isDisabled={isStarting || isOccupied} onPress={onStart}>
          {isStarting ? "Starting…" : isOccupied ? "A run is on" : startWords(bound)}
        </Button>
      ) : null}
    </Part>
  );
}

function Show({ id, onShow }: { id: string; onShow: (id: string) => void }) {
  return (
    <Button
      onPress={() => {
        onShow(id);
      }}
    >
      Show it
    </Button>
  );
}

function startWords(bound: bigint | null): string {
  return bound === null ? "Start" : `Start, for at most ${money(bound.toString())}`;
}

/** What is missing, how much of it, and the line that mends it. */
function Missing({ problem }: { problem: PreflightProblem }) {
  const { code, detail, command, missingNeuron } = problem;
  return (
    <li data-problem={code} className="zg-missing">
      <p className="zg:[overflow-wrap:anywhere]">{detail}</p>
      {missingNeuron === null ? null : (
        <p>
          <span className="zg:text-soft">Missing:</span> <span className="zg:strong">{money(missingNeuron)}</span>
        </p>
      )}
      {command === null ? null : <CopyLine label="Shell line that mends it" text={command} />}
    </li>
  );
}

function Facts({ preflight: { wallet, endpoints } }: { preflight: Preflight }) {
  return (
    <dl className="zg-facts">
      {endpoints.map(({ provider, model, subAccountNeuron, requiredNeuron }, index) => (
        <Fragment key={`${provider ?? ""} ${index}`}>
          <Fact label="Model">{model ?? "—"}</Fact>
          {provider === null ? null : <Fact label="Provider">{shortAddress(provider)}</Fact>}
          {requiredNeuron === undefined ? null : <Fact label="Needs with the provider">{money(requiredNeuron)}</Fact>}
          {subAccountNeuron === undefined ? null : <Fact label="Has there">{money(subAccountNeuron)}</Fact>}
        </Fragment>
      ))}
      {wallet === null ? null : (
        <>
          <Fact label="Wallet">{shortAddress(wallet.address)}</Fact>
          <Fact label="Available in the ledger">{money(wallet.ledgerAvailableNeuron)}</Fact>
        </>
      )}
    </dl>
  );
}
