import { useEffect, useState, type Ref } from "react";
import type { AdminApi } from "./api";
import { CallTable } from "./CallTable";
import { Button, Fact, Notice, Part } from "./Controls";
import type { Contact } from "./follow";
import type { Run } from "./model";
import type { Trouble } from "./trouble";
import { useRun } from "./useRun";
import { useSpoken } from "./useSpoken";
import { money } from "./words";

interface RunOnProps {
  api: AdminApi;
  id: string;
  heading: Ref<HTMLHeadingElement>;
  /** With what became of it. */
  onEnd: (run: Run) => void;
}

const CONTACTS: Record<Contact, string> = {
  connecting: "connecting…",
  live: "live",
  lost: "connection lost; the run goes on, asking again…",
};

/** A run that is on: each call as it ends, and the way to stop it. */
export function RunOn({ api, id, heading, onEnd }: RunOnProps) {
  const { run, calls, contact, trouble } = useRun(api, id);
  const [isCancelling, setIsCancelling] = useState(false);
  const [refused, setRefused] = useState<Trouble | null>(null);
  const planned = run?.planned ?? null;
  const measured = calls.filter(({ warmup }) => !warmup);
  const good = measured.filter(({ outcome }) => outcome === "ok").length;
  const spent = calls.at(-1)?.spentNeuron ?? (calls.length === 0 ? "0" : null);
  const progress = `${measured.length} of ${planned ?? "…"} calls ended, ${good} good`;
  const spoken = useSpoken(`${progress}, ${money(spent)} spent`);

  useEffect(() => {
    if (run !== null && run.state !== "RUNNING") onEnd(run);
  }, [run, onEnd]);

  const cancel = async () => {
    setIsCancelling(true);
    const answer = await api.cancel(id);
    setIsCancelling(false);
    if ("trouble" in answer) setRefused(answer.trouble);
    else if (answer.value.state !== "RUNNING") onEnd(answer.value);
  };

  return (
    <Part
      id="run"
      title={`Run ${id}`}
      heading={heading}
      aside={
        <>
          <p data-contact={contact} className="zg-contact">
            {CONTACTS[contact]}
          </p>
          <Button isDisabled={isCancelling} onPress={() => void cancel()}>
            {isCancelling ? "Cancelling…" : "Cancel the run"}
          </Button>
        </>
      }
    >
      {trouble === null ? null : <Notice trouble={trouble} />}
      {refused === null ? null : <Notice trouble={refused} />}
      <progress aria-label="Calls that ended" className="zg-progress" value={measured.length} max={planned ?? 1} />
      <dl className="zg-facts">
        <Fact label="Model">{run?.model ?? "…"}</Fact>
        <Fact label="Calls ended">{`${measured.length} of ${planned ?? "…"}`}</Fact>
        <Fact label="Good">{good}</Fact>
        <Fact label="Spent so far">{money(spent)}</Fact>
      </dl>
      <p role="status" className="zg:sr-only">
        {spoken}
      </p>
      {calls.length === 0 ? <p className="zg:text-soft">No call has ended yet.</p> : <CallTable calls={calls} />}
    </Part>
  );
}
