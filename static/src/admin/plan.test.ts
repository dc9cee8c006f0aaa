import { expect, test } from "vitest";
import { choiceOf, choicesOf } from "./choices";
import { parse0G, plain0G } from "./money";
import { checkedPlan, costBound, planOf, valuesOf } from "./plan";
import { OTHER, plan, preflight, PROVIDER, run } from "./samples";
import { duration, moment, money, stateWords } from "./words";

test.each([
  ["0.01", 10n ** 16n],
  ["3", 3n * 10n ** 18n],
  ["0.000000000000000001", 1n],
  ["123456789.000000000000000001", 123456789000000000000000001n],
])("%s 0G is exact, both ways", (text, neuron) => {
  expect(parse0G(text)).toBe(neuron);
  expect(plain0G(neuron)).toBe(text);
});

test.each(["", "0", "0.0", "-1", "1e3", "0,01", ".5", "1.", "0.0000000000000000001", "1 000"])("%s is no amount", (text) => {
  expect(parse0G(text)).toBeNull();
});

test("the bound is the worst case or the cap, whichever is less; without a price there is none", () => {
  expect(costBound("5", "10")).toBe(5n);
  expect(costBound("340282366920938463463374607431768211455", "10")).toBe(10n);
  expect(costBound("0", "10")).toBeNull();
});

test("what is offered can be chosen: one provider, all of a model, router and baseline", () => {
  const offers = [...preflight().offers, { kind: "provider", provider: `0x${"1".repeat(40)}`, model: "qwen" } as const, { kind: "router", provider: null, model: null } as const, { kind: "baseline", provider: null, model: "other" } as const];
  const choices = choicesOf(offers);
  expect(choices.map(({ target }) => target)).toEqual([
    { kind: "provider", provider: OTHER },
    { kind: "provider", provider: PROVIDER },
    { kind: "provider", provider: `0x${"1".repeat(40)}` },
    { kind: "router" },
    { kind: "baseline", model: "other" },
    { kind: "provider", model: "qwen" },
  ]);
  expect(choices.filter(({ needsModel }) => needsModel).map(({ key }) => key)).toEqual(["router"]);
  expect(choiceOf(choices, preflight())).toBe(PROVIDER);
});

test("without an offer the server decides by its settings", () => {
  expect(choicesOf([]).map(({ target }) => target)).toEqual([{ kind: "provider" }]);
});

const [choice] = choicesOf([{ kind: "provider", provider: PROVIDER, model: "m" }]);
const values = valuesOf(plan, "10000000000000000", PROVIDER);

test("the form of a plan gives that plan", () => {
  if (!choice) throw new Error("no choice");
  const made = planOf(values, choice);
  expect("plan" in made && { ...made.plan, providers: [], model: null }).toEqual({ ...plan, provider: PROVIDER });
});

test("a cost target and a baseline in turn come back as they were, and a baseline is not its own", () => {
  if (!choice) throw new Error("no choice");
  const wanted = { ...plan, baseline: true, slo: { latencyMs: 0, ttftMs: 0, costNeuron: "12000000000000" } };
  const filled = valuesOf(wanted, "1", PROVIDER);
  expect(filled.costTarget).toBe("0.000012");
  const made = planOf(filled, choice);
  expect("plan" in made && [made.plan.baseline, made.plan.slo?.costNeuron]).toEqual([true, "12000000000000"]);
  const ofBaseline = planOf(filled, { ...choice, target: { kind: "baseline" } });
  expect("plan" in ofBaseline && ofBaseline.plan.baseline).toBe(false);
  const wrong = planOf({ ...filled, costTarget: "0" }, choice);
  expect("faults" in wrong && Object.keys(wrong.faults)).toEqual(["costTarget"]);
});

test("each field that cannot be is named, and no plan is made", () => {
  if (!choice) throw new Error("no choice");
  const numbers = { ...values.numbers, calls: "0", warmup: "1.5", rate: "601", seed: "1e3", totalMs: "" };
  const made = planOf({ ...values, numbers, maxSpend: "0" }, { ...choice, needsModel: true });
  expect("faults" in made && Object.keys(made.faults).sort()).toEqual(["calls", "maxSpend", "model", "rate", "seed", "totalMs", "warmup"]);
});

test("the plan that is started is the one whose bound was shown, with its cap", () => {
  expect(checkedPlan(preflight({ plan, maxSpendNeuron: "7" }))).toEqual({ ...plan, maxSpendNeuron: "7" });
});

test("states, money and times are words without a locale", () => {
  expect(stateWords(run({ state: "RUNNING", end: null }))).toBe("running");
  expect(stateWords(run())).toBe("complete");
  expect(stateWords(run({ state: "PARTIAL", end: "budget" }))).toBe("partial: the next call could have passed the cap");
  expect(money("1234000000000000000001")).toBe("1,234.000000000000000001 0G");
  expect(money(null)).toBe("—");
  expect(duration(861_744)).toBe("861.744 ms");
  expect(duration(null)).toBe("—");
  expect(moment("2026-03-01T12:00:09.123Z")).toBe("2026-03-01 12:00:09 UTC");
});
