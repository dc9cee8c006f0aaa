// @vitest-environment jsdom
import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import type { Ledger, LedgerAccount, Scan } from "../lib/model";
import { before, NOW, source } from "../test/samples";
import { LedgerTable } from "./LedgerTable";

const PROVIDER = "0xa48f00000000000000000000000000000000A836";
const DONE: Scan = { fromBlock: 1, nextBlock: 90, progress: 1, complete: true, expectedEndAt: null, reason: null };

function account(fields: Partial<LedgerAccount> = {}): LedgerAccount {
  return {
    provider: PROVIDER,
    balanceNeuron: "5000000000000000001",
    pendingRefundNeuron: "0",
    spendableNeuron: "5000000000000000001",
    settledFeesNeuron: "123456800",
    acknowledged: true,
    generation: "0",
    funding: "ok",
    warning: null,
    ...fields,
  };
}

function show(fields: Partial<Ledger> = {}, scan: Scan | null = DONE) {
  const ledger: Ledger = {
    exists: true,
    contract: PROVIDER,
    availableNeuron: "2000000000000000000",
    totalNeuron: "7000000000000000001",
    minAccountBalanceNeuron: null,
    minTransferNeuron: null,
    providerMinimumNeuron: "1000000000000000000",
    accounts: [account()],
    settlements: {
      feesNeuron: "123456800",
      providers: [
        { provider: PROVIDER, feesNeuron: "123456800", settlements: 4, partial: 1, failed: 2, unknownFees: 0, lastBlock: 80, lastAt: before(1000) },
      ],
      othersFailed: 0,
      scan,
    },
    ...fields,
  };
  return render(<LedgerTable ledger={ledger} source={source()} now={NOW} />);
}

const cells = () => screen.getAllByRole("cell").map((cell) => cell.textContent);

test("what each provider holds and was paid, exact to the last neuron", () => {
  show();
  expect(cells()).toEqual(["5.000000000000000001", "5.000000000000000001", "0", "0.00000000012345681 partial, 2 failed", "ok"]);
  screen.getByText("0xa79F…F91E · #22,874,461 · 3 s · 2 0G free of 7.000000000000000001 0G");
  screen.getByText(/refuses requests unless 1 0G are spendable/);
});

test("while logs are read, fees are a lower bound with the progress", () => {
  show({}, { ...DONE, complete: false, progress: 0.347 });
  expect(cells()[3]).toContain("≥ 0.0000000001234568");
  screen.getByText(/settled fees: logs scanned 34%/);
});

test("fees that nobody knows are a dash, never 0", () => {
  show({ accounts: [account({ settledFeesNeuron: null })], settlements: null });
  expect(cells()[3]).toBe("—");
});

test("a sub-account that runs dry says what, since when and what to do", () => {
  const warning = "0.5 0G is left with the provider · since 12:00 · move at least 1.5 0G to it from the ledger";
  show({ accounts: [account({ funding: "short", warning })] });
  expect(cells()[4]).toBe(`short${warning}`);
});

test("a wallet without a deposit has no table", () => {
  show({ exists: false, availableNeuron: null, totalNeuron: null, accounts: [] });
  screen.getByText(/no deposit was made/);
  expect(screen.queryByRole("table")).toBeNull();
});
