import { useEffect, useRef, type SubmitEvent } from "react";
import { AmountField } from "./AmountField";
import { Button } from "./Controls";
import { Field } from "./Field";
import { NumberFields } from "./NumberFields";
import { SelectField } from "./SelectField";
import type { Choice } from "./choices";
import type { Faults, NumberName, PlanValues } from "./plan";

const MAIN: NumberName[] = ["calls", "warmup", "maxTokens", "rate"];
const TARGETS: NumberName[] = ["latencyMs", "ttftMs", "seed"];
const MORE: NumberName[] = ["maxDurationMs", "connectMs", "firstTokenMs", "stallMs", "totalMs"];

const BASELINES = [
  { value: "without", words: "not called" },
  { value: "with", words: "called in turn" },
] as const;
const CACHES = [
  { value: "fresh", words: "each begins anew" },
  { value: "allow", words: "may be cached" },
] as const;
const CONNECTIONS = [
  { value: "kept", words: "kept open" },
  { value: "new", words: "a new one for each call" },
] as const;

interface PlanFormProps {
  values: PlanValues;
  choices: readonly Choice[];
  faults: Faults;
  isBusy: boolean;
  onChange: (values: PlanValues) => void;
  onCheck: () => void;
}

/** What a run shall do. Checking it costs nothing and starts nothing. */
export function PlanForm({ values, choices, faults, isBusy, onChange, onCheck }: PlanFormProps) {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    form.current?.querySelector<HTMLElement>("[aria-invalid]")?.focus();
  }, [faults]);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (!isBusy) onCheck();
  };
  const numbers = { values, faults, onChange };
  const chosen = choices.find(({ key }) => key === values.choice);
  const needsModel = chosen?.needsModel ?? false;
  const canHaveBaseline = chosen?.target.kind !== "baseline" && choices.some(({ target }) => target.kind === "baseline");
  return (
    <form ref={form} noValidate onSubmit={submit} className="zg:flex zg:flex-col zg:gap-16">
      <SelectField
        id="choice"
        label="What is called"
        value={values.choice}
        options={choices.map(({ key, label }) => ({ value: key, words: label }))}
        onChange={(choice) => {
          onChange({ ...values, choice });
        }}
      />
      {needsModel ? (
        <Field
          id="model"
          label="Model"
          fault={faults.model}
          control={(props) => (
            <input
              {...props}
              value={values.model}
              maxLength={256}
              onChange={(event) => {
                onChange({ ...values, model: event.target.value });
              }}
            />
          )}
        />
      ) : null}
      <div className="zg-fields">
        <NumberFields names={MAIN} {...numbers} />
        <AmountField name="maxSpend" label="Spend at most" hint="0G; no call starts that could pass it" {...numbers} />
        <AmountField name="costTarget" label="Cost target" hint="0G an inference; empty: none" {...numbers} />
        <NumberFields names={TARGETS} {...numbers} />
      </div>
      <details className="zg-more" open={MORE.some((name) => name in faults) ? true : undefined}>
        <summary>Prompts, connections and time-outs</summary>
        <div className="zg-fields">
          <Field
            id="promptSet"
            label="Prompt set"
            control={(props) => (
              <select {...props} defaultValue={values.promptSet}>
                <option value="v1">v1, the one there is</option>
              </select>
            )}
          />
          {canHaveBaseline ? (
            <SelectField
              id="baseline"
              label="Baseline"
              value={values.withBaseline ? "with" : "without"}
              options={BASELINES}
              onChange={(chosen) => {
                onChange({ ...values, withBaseline: chosen === "with" });
              }}
            />
          ) : null}
          <SelectField
            id="cache"
            label="Prompts"
            value={values.cache}
            options={CACHES}
            onChange={(cache) => {
              onChange({ ...values, cache });
            }}
          />
          <SelectField
            id="connections"
            label="Connections"
            value={values.newConnections ? "new" : "kept"}
            options={CONNECTIONS}
            onChange={(chosen) => {
              onChange({ ...values, newConnections: chosen === "new" });
            }}
          />
          <NumberFields names={MORE} {...numbers} />
        </div>
      </details>
      <Button type="submit" isDisabled={isBusy}>
        {isBusy ? "Checking…" : "Check what it costs"}
      </Button>
    </form>
  );
}
