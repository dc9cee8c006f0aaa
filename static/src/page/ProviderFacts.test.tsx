// @vitest-environment jsdom
import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import type { OwnProvider, Scan } from "../lib/model";
import { before, NOW, service, source } from "../test/samples";
import { ProviderFacts } from "./ProviderFacts";

const DONE: Scan = { fromBlock: 1, nextBlock: 90, progress: 1, complete: true, expectedEndAt: null, reason: null };
const WINDOW = { since: before(86_400_000), feesNeuron: "1500000000000000000", settlements: 12, partial: 1, failed: 0, unknownFees: 0 };

function show(fields: Partial<OwnProvider> = {}) {
  const provider: OwnProvider = {
    address: "0xa48f00000000000000000000000000000000A836",
    listed: true,
    service: service(),
    stakeNeuron: "100000000000000000000",
    minStakeNeuron: "100000000000000000000",
    payers: { accounts: 3, accountsRead: 3, heldNeuron: "7500000000000000000", pendingRefundNeuron: "0" },
    last24h: WINDOW,
    last30d: { ...WINDOW, settlements: 4321, failed: 7 },
    lastSettlement: { block: 22_874_000, time: before(120_000) },
    scan: DONE,
    stakeScan: DONE,
    reason: null,
    ...fields,
  };
  return render(<ProviderFacts provider={provider} source={source()} now={NOW} />);
}

const fact = (label: string) => screen.getByText(label).nextElementSibling?.textContent;

test("how it is listed, who pays it and what it earned", () => {
  show();
  expect(fact("Listed")).toBe("yes · llama-3-8b");
  expect(fact("Price")).toBe("0.05 in, 0.15 out 0G per million tokens");
  expect(fact("TEE signer")).toBe("acknowledged");
  expect(fact("Stake")).toBe("100 0G · a new provider has to stake 100 0G");
  expect(fact("Paying accounts")).toBe("3 · they hold 7.5 0G");
  expect(fact("Settled in 24 h")).toBe("1.5 0G · 12 settlements · 1 partial");
  expect(fact("Settled in 30 d")).toBe("1.5 0G · 4,321 settlements · 1 partial · 7 failed");
  expect(fact("Last settlement")).toBe("2 minutes ago · #22,874,000");
});

test("what is not known is a dash, and a sum under way a lower bound", () => {
  const scan = { ...DONE, complete: false, progress: 0.5 };
  show({ listed: null, service: null, stakeNeuron: null, payers: null, last24h: null, lastSettlement: null, scan, stakeScan: scan });
  for (const label of ["Listed", "Price", "TEE signer", "Paying accounts", "Settled in 24 h", "Last settlement"]) {
    expect(fact(label), label).toBe("—");
  }
  expect(fact("Stake")).toBe("— logs scanned 50%");
  expect(fact("Settled in 30 d")).toMatch(/^≥ 1.5 0G/);
  screen.getByText(/settlements: logs scanned 50%/);
});

test("a provider that is not listed, and more accounts than were read", () => {
  show({ listed: false, service: null, payers: { accounts: 900, accountsRead: 700, heldNeuron: "1", pendingRefundNeuron: "0" } });
  expect(fact("Listed")).toBe("no: the contract does not list it");
  expect(fact("Paying accounts")).toBe("900 · they hold ≥ 0.000000000000000001 0G");
});
