// The form of a plan: what its fields are called, what they may hold, and how a plan is made of them.
import type { Choice } from "./choices";
import { parse0G, plain0G } from "./money";
import type { Plan, Preflight } from "./model";

export interface NumberField {
  label: string;
  /** What the number means, in a line under it. */
  hint: string;
  min: number;
  max: number;
  get: (plan: Plan) => number;
}

const MAX_TIMEOUT_MS = 600_000;
const timeout = (label: string, name: keyof NonNullable<Plan["timeouts"]>): NumberField => ({
  label,
  hint: "ms",
  min: 1,
  max: MAX_TIMEOUT_MS,
  get: (plan) => plan.timeouts?.[name] ?? 1,
});

/** Bounds as docs/openapi.yaml states them. */
export const NUMBERS = {
  calls: { label: "Calls", hint: "measured, for each provider", min: 1, max: 1000, get: (plan) => plan.calls },
  warmup: { label: "Warm-up calls", hint: "paid, not measured", min: 0, max: 10, get: (plan) => plan.warmup },
  maxTokens: { label: "Tokens at most", hint: "of each answer", min: 1, max: 4096, get: (plan) => plan.maxTokens },
  rate: { label: "Starts a minute", hint: "0: one call after the other", min: 0, max: 600, get: (plan) => plan.rate },
  seed: { label: "Seed", hint: "the same one gives the same prompts", min: 0, max: Number.MAX_SAFE_INTEGER, get: (plan) => plan.seed },
  latencyMs: { label: "Latency target", hint: "ms; 0: none", min: 0, max: 600_000, get: (plan) => plan.slo?.latencyMs ?? 0 },
  ttftMs: { label: "First-token target", hint: "ms; 0: none", min: 0, max: 600_000, get: (plan) => plan.slo?.ttftMs ?? 0 },
  maxDurationMs: { label: "Duration at most", hint: "ms, of the whole run", min: 1000, max: 86_400_000, get: (plan) => plan.maxDurationMs },
  connectMs: timeout("Time-out: connection", "connectMs"),
  firstTokenMs: timeout("Time-out: first token", "firstTokenMs"),
  stallMs: timeout("Time-out: silence", "stallMs"),
  totalMs: timeout("Time-out: whole call", "totalMs"),
} as const satisfies Record<string, NumberField>;

export type NumberName = keyof typeof NUMBERS;
export const NUMBER_NAMES = Object.keys(NUMBERS) as NumberName[];

/** As typed. */
export interface PlanValues {
  choice: string;
  model: string;
  maxSpend: string;
  /** Empty for none. */
  costTarget: string;
  /** The configured baseline is called in turn. */
  withBaseline: boolean;
  promptSet: Plan["promptSet"];
  cache: Plan["cache"];
  newConnections: boolean;
  numbers: Record<NumberName, string>;
}

export function valuesOf(plan: Plan, maxSpendNeuron: string, choice: string): PlanValues {
  return {
    choice,
    model: "",
    maxSpend: plain0G(BigInt(maxSpendNeuron)),
    costTarget: plan.slo?.costNeuron ? plain0G(BigInt(plan.slo.costNeuron)) : "",
    withBaseline: plan.baseline,
    promptSet: plan.promptSet,
    cache: plan.cache,
    newConnections: plan.newConnections,
    numbers: Object.fromEntries(NUMBER_NAMES.map((name) => [name, String(NUMBERS[name].get(plan))])) as PlanValues["numbers"],
  };
}

export type FieldName = NumberName | "model" | "maxSpend" | "costTarget";
export type Faults = Partial<Record<FieldName, string>>;

/** A plan, or what is wrong with each field. */
export function planOf(values: PlanValues, choice: Choice): { plan: Plan } | { faults: Faults } {
  const faults: Faults = {};
  const numbers = {} as Record<NumberName, number>;
  for (const name of NUMBER_NAMES) {
    const { min, max } = NUMBERS[name];
    const text = values.numbers[name].trim();
    numbers[name] = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
    if (!(numbers[name] >= min && numbers[name] <= max)) faults[name] = `A whole number from ${min} to ${max}.`;
  }
  const spend = parse0G(values.maxSpend);
  if (spend === null) faults.maxSpend = "An amount of 0G above zero, as 0.01.";
  const cost = values.costTarget.trim() === "" ? null : parse0G(values.costTarget);
  if (cost === null && values.costTarget.trim() !== "") faults.costTarget = "An amount of 0G above zero, as 0.0001, or nothing.";
  const model = values.model.trim();
  if (choice.needsModel && model === "") faults.model = "The name of a model.";
  if (spend === null || Object.keys(faults).length > 0) return { faults };
  const { latencyMs, ttftMs, connectMs, firstTokenMs, stallMs, totalMs, ...rest } = numbers;
  const { promptSet, cache, newConnections } = values;
  return {
    plan: {
      ...choice.target,
      ...(choice.needsModel ? { model } : {}),
      ...rest,
      promptSet,
      cache,
      newConnections,
      maxSpendNeuron: spend.toString(),
      baseline: values.withBaseline && choice.target.kind !== "baseline",
      slo: { latencyMs, ttftMs, costNeuron: cost?.toString() ?? null },
      timeouts: { connectMs, firstTokenMs, stallMs, totalMs },
    },
  };
}

/** A checked plan as it is sent back: the very one whose bound was shown. */
export function checkedPlan({ plan, maxSpendNeuron }: Preflight): Plan {
  return { ...plan, maxSpendNeuron };
}

/** What a run can cost at most, in neuron: its worst case, or its cap where that is less. Null where nothing has a price. */
export function costBound(worstCaseNeuron: string, maxSpendNeuron: string): bigint | null {
  const [worst, cap] = [BigInt(worstCaseNeuron), BigInt(maxSpendNeuron)];
  if (worst === 0n) return null;
  return worst < cap ? worst : cap;
}
