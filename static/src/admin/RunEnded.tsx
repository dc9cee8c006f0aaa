import type { Ref } from "react";
import { formatCount } from "../lib/format";
import type { AdminApi } from "./api";
import { Fact, Part } from "./Controls";
import type { Run } from "./model";
import { Report } from "./Report";
import { moment, money, stateWords } from "./words";

interface RunEndedProps {
  api: AdminApi;
  run: Run;
  heading: Ref<HTMLHeadingElement>;
}

/** What became of a run, with its report. */
export function RunEnded({ api, run, heading }: RunEndedProps) {
  const { id, state, model, calls, planned, succeeded, spentNeuron, startedAt } = run;
  return (
    <Part
      id="run"
      title={`Run ${id}`}
      heading={heading}
      aside={
        <p role="status" data-run={state} className="zg-outcome">
          {stateWords(run)}
        </p>
      }
    >
      <dl className="zg-facts">
        <Fact label="Model">{model}</Fact>
        <Fact label="Calls made">{`${formatCount(calls)} of ${formatCount(planned)}`}</Fact>
        <Fact label="Good">{formatCount(succeeded)}</Fact>
        <Fact label="Spent">{money(spentNeuron)}</Fact>
        <Fact label="Started">{moment(startedAt)}</Fact>
      </dl>
      <Report api={api} id={id} />
    </Part>
  );
}
