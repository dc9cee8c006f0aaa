import { shortAddress, UNKNOWN } from "../lib/format";
import { reasonOf, stateNow } from "../lib/freshness";
import type { Ledger, LedgerAccount, Source } from "../lib/model";
import { originLine } from "../lib/origin";
import { amountIn0G } from "../lib/price";
import { atLeast, scannedShare } from "../lib/scan";
import { Cell, Small } from "./Cell";
import { Listing } from "./Listing";

interface LedgerTableProps {
  ledger: Ledger;
  source: Source;
  now: number | null;
}

const COLUMNS = ["Provider", "Spendable", "Balance", "Pending refund", "Settled fees", "Funding"] as const;

/** What each provider holds of the wallet's money, and whether that is enough for it to go on serving. */
export function LedgerTable({ ledger, source, now }: LedgerTableProps) {
  const state = stateNow(source, now);
  const scanned = scannedShare(ledger.settlements?.scan);
  return (
    <section aria-labelledby="ledger" className="zg-list zg:flex zg:flex-col zg:gap-10 zg:text-desk">
      <h2 id="ledger" className="zg:text-section zg:strong">
        Ledger and balances
      </h2>
      <p className="zg:text-soft zg:[overflow-wrap:anywhere]">
        {[
          state === "fresh" ? null : state,
          originLine(source, now),
          ledger.exists ? `${inWords(ledger.availableNeuron)} free of ${inWords(ledger.totalNeuron)}` : "no deposit was made",
          scanned === null ? (ledger.settlements?.scan?.reason ?? null) : `settled fees: logs scanned ${scanned}`,
          state === "fresh" ? null : reasonOf(source),
        ]
          .filter((part) => part !== null)
          .join(" · ")}
      </p>
      {ledger.accounts.length === 0 ? (
        <p>No provider holds anything of this wallet.</p>
      ) : (
        <Listing
          caption={`Amounts in 0G · a provider refuses requests unless ${inWords(ledger.providerMinimumNeuron)} are spendable above its fees`}
          columns={COLUMNS}
        >
          {ledger.accounts.map((account) => (
            <AccountRow key={account.provider} account={account} ledger={ledger} />
          ))}
        </Listing>
      )}
    </section>
  );
}

function AccountRow({ account, ledger }: { account: LedgerAccount; ledger: Ledger }) {
  const settled = amountIn0G(account.settledFeesNeuron);
  const failures = failuresOf(ledger, account.provider);
  return (
    <tr data-funding={account.funding} className="zg:align-top zg:[border-top:1px_solid_var(--zg-line)]">
      <th scope="row" title={account.provider} className="zg:py-8 zg:pr-20 zg:strong zg:whitespace-nowrap">
        {shortAddress(account.provider)}
      </th>
      <Cell label="Spendable">{amountIn0G(account.spendableNeuron) ?? UNKNOWN}</Cell>
      <Cell label="Balance">{amountIn0G(account.balanceNeuron) ?? UNKNOWN}</Cell>
      <Cell label="Pending refund">{amountIn0G(account.pendingRefundNeuron) ?? UNKNOWN}</Cell>
      <Cell label="Settled fees">
        {settled === null ? UNKNOWN : atLeast(settled, ledger.settlements?.scan)}
        {failures === null ? null : <Small>{failures}</Small>}
      </Cell>
      <Cell label="Funding">
        {account.funding}
        {account.warning === null ? null : <Small>{account.warning}</Small>}
      </Cell>
    </tr>
  );
}

/** Settlements that did not pay all; null when there are none. */
function failuresOf({ settlements }: Ledger, provider: string): string | null {
  const sum = settlements?.providers.find((row) => row.provider === provider);
  if (!sum) return null;
  const parts = [sum.partial > 0 ? `${sum.partial} partial` : null, sum.failed > 0 ? `${sum.failed} failed` : null];
  const words = parts.filter((part) => part !== null).join(", ");
  return words === "" ? null : words;
}

function inWords(neuron: string | null): string {
  const amount = amountIn0G(neuron);
  return amount === null ? UNKNOWN : `${amount} 0G`;
}
