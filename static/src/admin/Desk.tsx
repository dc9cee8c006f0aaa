import { useState } from "react";
import type { AdminApi } from "./api";
import { Check } from "./Check";
import { Button, Notice, Part } from "./Controls";
import type { Run } from "./model";
import { checkedPlan } from "./plan";
import { NetworkBand } from "./NetworkBand";
import { PaperPart, type Paper } from "./Paper";
import { PlanForm } from "./PlanForm";
import { RunEnded } from "./RunEnded";
import { RunList } from "./RunList";
import { RunOn } from "./RunOn";
import type { Trouble } from "./trouble";
import { useHeading } from "./useHeading";
import { usePlan } from "./usePlan";
import { useRuns } from "./useRuns";

interface DeskProps {
  api: AdminApi;
  /** Those that the server remembered when the token was entered. */
  initialRuns: readonly Run[];
}

/** One run of the list, or one that is on and of which the events will tell. */
interface Shown {
  id: string;
  ended: Run | null;
}

const idOfRunning = (runs: readonly Run[]) => runs.find(({ state }) => state === "RUNNING")?.id ?? null;

/** The operator's desk: plan, check, run, report, and the runs before. */
export function Desk({ api, initialRuns }: DeskProps) {
  const plan = usePlan(api);
  const { runs, trouble, refresh } = useRuns(api, initialRuns);
  const [shown, setShown] = useState<Shown | null>(() => {
    const id = idOfRunning(initialRuns);
    return id === null ? null : { id, ended: null };
  });
  const [isStarting, setIsStarting] = useState(false);
  const [refused, setRefused] = useState<Trouble | null>(null);
  const [marked, setMarked] = useState<readonly string[]>([]);
  const [paper, setPaper] = useState<Paper | null>(null);
  const checkHeading = useHeading();
  const runHeading = useHeading();
  const paperHeading = useHeading();

  const show = (id: string, ended: Run | null) => {
    setShown({ id, ended });
    runHeading.callFocus();
  };
  const check = async () => {
    setRefused(null);
    if (await plan.check()) checkHeading.callFocus();
  };
  const start = async () => {
    if (!plan.preflight) return;
    setIsStarting(true);
    const answer = await api.start(checkedPlan(plan.preflight));
    setIsStarting(false);
    refresh();
    if ("value" in answer) {
      setRefused(null);
      show(answer.value.id, null);
    } else {
      setRefused(answer.trouble);
      if (answer.trouble.preflight) plan.takePreflight(answer.trouble.preflight);
    }
  };
  const open = (title: string, ask: Paper["ask"]) => {
    setPaper({ number: (paper?.number ?? 0) + 1, title, ask });
    paperHeading.callFocus();
  };
  const end = (run: Run) => {
    if (runHeading.hasFocusNear()) runHeading.callFocus();
    setShown({ id: run.id, ended: run });
    setRefused(null);
    refresh();
  };
  const mark = (id: string) => {
    setMarked((before) => (before.includes(id) ? before.filter((other) => other !== id) : [...before, id].slice(-2)));
  };
  const compare = () => {
    // The list has the newest first; what changed is told from the older one.
    const [b, a] = runs.filter(({ id }) => marked.includes(id));
    if (!a || !b) return;
    open(`${a.id} and ${b.id}`, () => api.comparison(a.id, b.id));
  };

  return (
    <div className="zg-desk">
      {plan.preflight === null ? null : <NetworkBand network={plan.preflight.network} />}
      <div className="zg-column">
        <Part id="plan" title="New run">
          {plan.trouble === null ? null : (
            <Notice trouble={plan.trouble}>{plan.form === null ? <Button onPress={() => void check()}>Ask again</Button> : null}</Notice>
          )}
          {plan.form === null ? (
            plan.isChecking ? <p role="status">Reading the chain…</p> : null
          ) : (
            <PlanForm
              values={plan.form.values}
              choices={plan.form.choices}
              faults={plan.faults}
              isBusy={plan.isChecking}
              onChange={plan.change}
              onCheck={() => void check()}
            />
          )}
        </Part>
        {plan.preflight === null ? null : (
          <Check
            preflight={plan.preflight}
            isOutdated={plan.isOutdated}
            isStarting={isStarting}
            isOccupied={shown !== null && shown.ended === null}
            trouble={refused}
            heading={checkHeading.ref}
            onStart={() => void start()}
            onShow={(id) => {
              show(id, null);
            }}
          />
        )}
      </div>
      <div className="zg-column">
        {paper === null ? null : (
          <PaperPart
            key={paper.number}
            paper={paper}
            heading={paperHeading.ref}
            onClose={() => {
              setPaper(null);
            }}
          />
        )}
        {shown === null ? null : shown.ended === null ? (
          <RunOn key={shown.id} api={api} id={shown.id} heading={runHeading.ref} onEnd={end} />
        ) : (
          <RunEnded key={shown.id} api={api} run={shown.ended} heading={runHeading.ref} />
        )}
        <RunList
          runs={runs}
          trouble={trouble}
          marked={marked}
          onMark={mark}
          onOpen={(run) => {
            show(run.id, run.state === "RUNNING" ? null : run);
          }}
          onCompare={compare}
          onObserve={() => {
            open("Observed traffic", api.observed);
          }}
          onRefresh={refresh}
        />
      </div>
    </div>
  );
}
