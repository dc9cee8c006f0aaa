import { formatAgo } from "../lib/age";
import { formatBlock, formatCount, UNKNOWN } from "../lib/format";
import { stateNow } from "../lib/freshness";
import type { OwnProvider, ProviderWindow, Scan, Source } from "../lib/model";
import { originLine } from "../lib/origin";
import { amountIn0G, isPricedPerImage, priceIn0G } from "../lib/price";
import { atLeast, scannedShare } from "../lib/scan";

interface ProviderFactsProps {
  provider: OwnProvider;
  /** Of the list of services. */
  source: Source;
  now: number | null;
}

/** The operator's own provider: how the contract lists it, who pays it, and what it earned. */
export function ProviderFacts({ provider, source, now }: ProviderFactsProps) {
  const state = stateNow(source, now);
  const scanned = scannedShare(provider.scan);
  return (
    <section aria-labelledby="own-provider" className="zg-list zg:flex zg:flex-col zg:gap-10 zg:text-desk">
      <h2 id="own-provider" className="zg:text-section zg:strong">
        Own provider
      </h2>
      <p className="zg:text-soft zg:[overflow-wrap:anywhere]">
        {[
          provider.address,
          state === "fresh" ? null : state,
          originLine(source, now),
          scanned === null ? (provider.scan?.reason ?? null) : `settlements: logs scanned ${scanned}`,
          provider.reason,
        ]
          .filter((part) => part !== null)
          .join(" · ")}
      </p>
      <dl className="zg:grid zg:grid-cols-[max-content_1fr] zg:gap-x-20 zg:gap-y-6">
        {factsOf(provider, now).map(([label, value]) => (
          <div key={label} className="zg:contents">
            <dt className="zg:text-soft">{label}</dt>
            <dd className="zg:[overflow-wrap:anywhere]">{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function factsOf(provider: OwnProvider, now: number | null): [string, string][] {
  const { lastSettlement } = provider;
  return [
    ["Listed", listedText(provider)],
    ["Price", priceText(provider)],
    ["TEE signer", signerText(provider)],
    ["Stake", stakeText(provider)],
    ["Paying accounts", payersText(provider)],
    ["Settled in 24 h", windowText(provider.last24h, provider.scan)],
    ["Settled in 30 d", windowText(provider.last30d, provider.scan)],
    [
      "Last settlement",
      lastSettlement === null
        ? UNKNOWN
        : [formatAgo(lastSettlement.time, now), formatBlock(lastSettlement.block)].filter((part) => part !== null).join(" · "),
    ],
  ];
}

function listedText({ listed, service }: OwnProvider): string {
  if (listed === null) return UNKNOWN;
  return listed ? ["yes", service?.model].filter(Boolean).join(" · ") : "no: the contract does not list it";
}

function priceText({ service }: OwnProvider): string {
  const type = service?.serviceType ?? null;
  const input = priceIn0G(service?.inputPriceNeuron ?? null, type);
  const output = priceIn0G(service?.outputPriceNeuron ?? null, type);
  if (input === null || output === null) return UNKNOWN;
  return `${input} in, ${output} out 0G per ${isPricedPerImage(type) ? "image" : "million tokens"}`;
}

function signerText({ service }: OwnProvider): string {
  const acknowledged = service?.teeSignerAcknowledged ?? null;
  if (acknowledged === null) return UNKNOWN;
  return acknowledged ? "acknowledged" : "not acknowledged: it can neither be paid nor settle";
}

function stakeText({ stakeNeuron, minStakeNeuron, stakeScan }: OwnProvider): string {
  const stake = amountIn0G(stakeNeuron);
  const scanned = scannedShare(stakeScan);
  if (stake === null) return scanned === null ? UNKNOWN : `${UNKNOWN} logs scanned ${scanned}`;
  const least = amountIn0G(minStakeNeuron);
  return `${stake} 0G${least === null ? "" : ` · a new provider has to stake ${least} 0G`}`;
}

function payersText({ payers }: OwnProvider): string {
  if (payers === null) return UNKNOWN;
  const isWhole = payers.accounts === payers.accountsRead;
  const held = amountIn0G(payers.heldNeuron) ?? UNKNOWN;
  return `${formatCount(payers.accounts)} · they hold ${isWhole ? "" : "≥ "}${held} 0G`;
}

function windowText(window: ProviderWindow | null, scan: Scan | null): string {
  const fees = amountIn0G(window?.feesNeuron ?? null);
  if (window === null || fees === null) return UNKNOWN;
  return [
    atLeast(`${fees} 0G`, scan),
    `${formatCount(window.settlements)} settlements`,
    window.partial > 0 ? `${formatCount(window.partial)} partial` : null,
    window.failed > 0 ? `${formatCount(window.failed)} failed` : null,
  ]
    .filter((part) => part !== null)
    .join(" · ");
}
