// What a plan may call, as the server offers it.
import { shortAddress } from "../lib/format";
import type { Offer, Plan, Preflight } from "./model";

export interface Choice {
  key: string;
  label: string;
  target: Pick<Plan, "kind" | "provider" | "model">;
  /** The model has to be typed in. */
  needsModel: boolean;
}

/** Where the server offers nothing, because it could not read the chain, say, it decides by its settings. */
const CONFIGURED: Choice = { key: "configured", label: "as the server is configured", target: { kind: "provider" }, needsModel: false };

const MOST_PROVIDERS = 8;

export function choicesOf(offers: readonly Offer[]): Choice[] {
  const choices = [...offers.map(ofOne), ...ofAll(offers)];
  return choices.some(({ target }) => target.kind === "provider") ? choices : [CONFIGURED, ...choices];
}

/** The one that a checked plan means. */
export function choiceOf(choices: readonly Choice[], { plan, endpoints }: Preflight): string {
  const meant = choices.find(({ target }) => target.kind === plan.kind && target.provider === (endpoints[0]?.provider ?? undefined));
  return (meant ?? choices[0] ?? CONFIGURED).key;
}

function ofOne({ kind, provider, model }: Offer): Choice {
  if (kind === "provider" && provider !== null) {
    return { key: provider, label: `${model ?? "?"} · ${shortAddress(provider)}`, target: { kind, provider }, needsModel: false };
  }
  const target = model === null ? { kind } : { kind, model };
  return { key: kind, label: `${kind === "router" ? "0G's router" : "baseline"}${model === null ? "" : ` · ${model}`}`, target, needsModel: model === null };
}

/** A model that several providers serve, called in turn. */
function ofAll(offers: readonly Offer[]): Choice[] {
  const counts = new Map<string, number>();
  for (const { kind, model } of offers) {
    if (kind === "provider" && model !== null) counts.set(model, (counts.get(model) ?? 0) + 1);
  }
  return [...counts]
    .filter(([, count]) => count > 1 && count <= MOST_PROVIDERS)
    .map(([model, count]) => ({ key: `all ${model}`, label: `${model} · all ${count} providers in turn`, target: { kind: "provider", model }, needsModel: false }));
}
