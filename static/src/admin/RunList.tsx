import { formatCount } from "../lib/format";
import { Cell } from "../page/Cell";
import { Listing } from "../page/Listing";
import { Button, Notice, Part } from "./Controls";
import type { Run } from "./model";
import type { Trouble } from "./trouble";
import { moment, money, stateWords } from "./words";

interface RunListProps {
  runs: readonly Run[];
  trouble: Trouble | null;
  /** Of those to compare, two at most. */
  marked: readonly string[];
  onMark: (id: string) => void;
  onOpen: (run: Run) => void;
  onCompare: () => void;
  /** The recorded jobs, which no run made. */
  onObserve: () => void;
  onRefresh: () => void;
}

const COLUMNS = ["Started", "Model", "State", "Good", "Spent", "Compare", "Report"] as const;

/** The runs that the server remembers, newest first. */
export function RunList({ runs, trouble, marked, onMark, onOpen, onCompare, onObserve, onRefresh }: RunListProps) {
  return (
    <Part
      id="runs"
      title="Runs"
      aside={
        <>
          <Button onPress={onObserve}>Observed traffic</Button>
          <Button onPress={onRefresh}>Read again</Button>
        </>
      }
    >
      {trouble === null ? null : <Notice trouble={trouble} />}
      {runs.length === 0 ? (
        <p>No run yet.</p>
      ) : (
        <div className="zg-list">
          <Listing caption="The last 20 at most. Mark two to compare them." columns={COLUMNS}>
            {runs.map((run) => (
              <Row key={run.id} run={run} isMarked={marked.includes(run.id)} onMark={onMark} onOpen={onOpen} />
            ))}
          </Listing>
        </div>
      )}
      {runs.length < 2 ? null : (
        <Button isDisabled={marked.length !== 2} onPress={onCompare}>
          {marked.length === 2 ? "Compare the marked runs" : `Compare: ${marked.length} of 2 marked`}
        </Button>
      )}
    </Part>
  );
}

interface RowProps {
  run: Run;
  isMarked: boolean;
  onMark: (id: string) => void;
  onOpen: (run: Run) => void;
}

function Row({ run, isMarked, onMark, onOpen }: RowProps) {
  const { id, startedAt, model, state, succeeded, planned, spentNeuron } = run;
  // The list is as old as its reading; how far the run is stands in its own part.
  const isOn = state === "RUNNING";
  return (
    <tr className="zg:align-top zg:[border-top:1px_solid_var(--zg-line)]">
      <th scope="row" className="zg:py-8 zg:pr-20 zg:strong zg:[overflow-wrap:anywhere]">
        {moment(startedAt)}
      </th>
      <Cell label="Model">
        <bdi>{model}</bdi>
      </Cell>
      <Cell label="State">
        <span data-run={state} className="zg-outcome">
          {stateWords(run)}
        </span>
      </Cell>
      <Cell label="Good">{isOn ? "…" : `${formatCount(succeeded)} of ${formatCount(planned)}`}</Cell>
      <Cell label="Spent">{isOn ? "…" : money(spentNeuron)}</Cell>
      <Cell label="Compare">
        <input
          type="checkbox"
          aria-label={`Compare ${id}`}
          checked={isMarked}
          onChange={() => {
            onMark(id);
          }}
        />
      </Cell>
      <Cell label="Report">
        <Button
          label={`Open ${id}`}
          onPress={() => {
            onOpen(run);
          }}
        >
          Open
        </Button>
      </Cell>
    </tr>
  );
}
