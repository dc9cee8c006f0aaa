// What the last signature proved, in one line.
import { shortAddress } from "./format";
import { newestJobs } from "./jobs";
import type { InferenceJob, Service } from "./model";
import { amountIn0G } from "./price";

const WORDS: Partial<Record<NonNullable<InferenceJob["proof"]>, string>> = {
  response: "response signature ok",
  signer: "signer's signature ok",
  bad: "signature is not the listed signer's",
};

export interface Proof {
  model: string;
  /** "on 0xa48f…A836 · response signature ok · 0.000054 0G at the listed price" */
  words: string;
}

/** Of the newest job whose signature was looked at; null while there is none. */
export function lastProof(jobs: readonly InferenceJob[], services: readonly Service[]): Proof | null {
  for (const job of newestJobs(jobs)) {
    const words = job.proof ? WORDS[job.proof] : undefined;
    if (words === undefined || !job.provider) continue;
    const fee = amountIn0G(feeOf(job, services));
    const parts = [`on ${shortAddress(job.provider)}`, words, fee === null ? null : `${fee} 0G at the listed price`];
    return { model: job.model, words: parts.filter((part) => part !== null).join(" · ") };
  }
  return null;
}

/** Tokens by price, in neuron; null where one of them is unknown or the price is one of images. */
function feeOf({ provider, model, inputTokens, outputTokens }: InferenceJob, services: readonly Service[]): string | null {
  const service = services.find((one) => one.provider?.toLowerCase() === provider?.toLowerCase() && one.model === model);
  const { inputPriceNeuron = null, outputPriceNeuron = null, serviceType = null } = service ?? {};
  const isKnown = inputTokens !== null && outputTokens !== null && inputPriceNeuron !== null && outputPriceNeuron !== null;
  if (!isKnown || serviceType !== "chatbot") return null;
  return String(BigInt(inputTokens) * BigInt(inputPriceNeuron) + BigInt(outputTokens) * BigInt(outputPriceNeuron));
}
