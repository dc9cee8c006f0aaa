import { useCallback, useEffect, useState } from "react";
import type { AdminApi, Answer } from "./api";
import { choiceOf, choicesOf, type Choice } from "./choices";
import type { Preflight } from "./model";
import { planOf, valuesOf, type Faults, type PlanValues } from "./plan";
import type { Trouble } from "./trouble";

/** The cap of a plan that names none (docs/openapi.yaml); named all the same, because real money wants it spelled out. */
const DEFAULT_CAP_NEURON = (10n ** 16n).toString();

export interface PlanForm {
  values: PlanValues;
  choices: readonly Choice[];
}

export interface PlanState {
  /** Null until the server has told its defaults. */
  form: PlanForm | null;
  faults: Faults;
  /** What the last check found. */
  preflight: Preflight | null;
  /** The form says something else by now. */
  isOutdated: boolean;
  isChecking: boolean;
  trouble: Trouble | null;
  change: (values: PlanValues) => void;
  /** True when there is a new judgement. */
  check: () => Promise<boolean>;
  /** Of a start that was refused. */
  takePreflight: (preflight: Preflight) => void;
}

const NO_FAULTS: Faults = {};

/** The plan in the making: what is typed, and what the server says of it. */
export function usePlan(api: AdminApi): PlanState {
  const [form, setForm] = useState<PlanForm | null>(null);
  const [faults, setFaults] = useState(NO_FAULTS);
  const [preflight, setPreflight] = useState<Preflight | null>(null);
  const [isOutdated, setIsOutdated] = useState(false);
  const [isChecking, setIsChecking] = useState(true);
  const [trouble, setTrouble] = useState<Trouble | null>(null);

  const take = useCallback((answer: Answer<Preflight>) => {
    setIsChecking(false);
    if ("trouble" in answer) {
      setTrouble(answer.trouble);
      return false;
    }
    setTrouble(null);
    setPreflight(answer.value);
    setIsOutdated(false);
    setForm((before) => formAfter(before, answer.value));
    return true;
  }, []);

  useEffect(() => {
    let isCurrent = true;
    void api.preflight({ maxSpendNeuron: DEFAULT_CAP_NEURON }).then((answer) => {
      if (isCurrent) take(answer);
    });
    return () => {
      isCurrent = false;
    };
  }, [api, take]);

  return {
    form,
    faults,
    preflight,
    isOutdated,
    isChecking,
    trouble,
    change: (values) => {
      setForm((before) => before && { ...before, values });
      setIsOutdated(true);
    },
    check: async () => {
      const choice = form?.choices.find(({ key }) => key === form.values.choice);
      const made = form && choice ? planOf(form.values, choice) : { plan: { maxSpendNeuron: DEFAULT_CAP_NEURON } };
      if ("faults" in made) {
        setFaults(made.faults);
        return false;
      }
      setFaults(NO_FAULTS);
      setIsChecking(true);
      return take(await api.preflight(made.plan));
    },
    takePreflight: (value) => {
      take({ value });
    },
  };
}

/** The offers of a later check are newer; only one of the kind provider reads the contract. */
function formAfter(before: PlanForm | null, preflight: Preflight): PlanForm {
  const { plan, maxSpendNeuron, offers } = preflight;
  const choices = before !== null && plan.kind !== "provider" ? before.choices : choicesOf(offers);
  const choice = choiceOf(choices, preflight);
  if (before === null) return { choices, values: valuesOf(plan, maxSpendNeuron, choice) };
  const isThere = choices.some(({ key }) => key === before.values.choice);
  return { choices, values: isThere ? before.values : { ...before.values, choice } };
}
