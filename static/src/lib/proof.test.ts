import { expect, test } from "vitest";
import { before, job, service } from "../test/samples";
import { lastProof } from "./proof";

const PROVIDER = "0xa48f00000000000000000000000000000000A836";
const LISTED = service({
  provider: PROVIDER.toLowerCase(),
  model: "llama-3-8b",
  serviceType: "chatbot",
  inputPriceNeuron: "50000000000",
  outputPriceNeuron: "100000000000",
});
const proven = job({ provider: PROVIDER, proof: "response" });

test("the newest signature, with what the job cost at the listed price", () => {
  const older = job({ id: "0", model: "older", provider: PROVIDER, proof: "bad", timestamp: before(600_000) });
  const unsigned = job({ id: "2", model: "newer", provider: PROVIDER, proof: "reported", timestamp: before(1000) });
  expect(lastProof([older, unsigned, proven], [LISTED])).toEqual({
    model: "llama-3-8b",
    words: "on 0xa48f…A836 · response signature ok · 0.0000384 0G at the listed price",
  });
});

test.each([
  ["response", "response signature ok"],
  ["signer", "signer's signature ok"],
  ["bad", "signature is not the listed signer's"],
] as const)("%s reads %s", (proof, words) => {
  expect(lastProof([{ ...proven, proof }], [])?.words).toBe(`on 0xa48f…A836 · ${words}`);
});

test.each([
  ["no service is listed", proven, []],
  ["the provider lists another model", proven, [{ ...LISTED, model: "other" }]],
  ["its price is unknown", proven, [{ ...LISTED, outputPriceNeuron: null }]],
  ["it is paid per image", proven, [{ ...LISTED, serviceType: "text-to-image" }]],
  ["the tokens are unknown", { ...proven, outputTokens: null }, [LISTED]],
])("no cost where %s", (_why, given, services) => {
  expect(lastProof([given], services)?.words).toBe("on 0xa48f…A836 · response signature ok");
});

test.each(["reported", "absent", null] as const)("nothing is said of a proof that is %s", (proof) => {
  expect(lastProof([{ ...proven, proof }], [LISTED])).toBeNull();
});
