import { formatBlock, formatCount } from "../../lib/format";
import type { ConnectionState, Network } from "../../lib/model";
import { StateMark } from "./StateMark";

interface PanelHeaderProps {
  network: Network | undefined;
  providers: number | null;
  connectionState: ConnectionState;
  /** Why the connection is not as it should be; while it stands, the network's words give way. */
  note: string | null;
}

export function PanelHeader({ network, providers, connectionState, note }: PanelHeaderProps) {
  const simulated = network?.simulated ?? false;
  return (
    <header
      className={
        "zg:[grid-area:head] zg:flex zg:min-h-56 zg:items-center zg:gap-x-24 zg:tall:flex-wrap " +
        (simulated ? "zg-stripes zg:rounded-card zg:px-20" : "zg:px-8")
      }
    >
      <h2 className="zg:text-value zg:strong zg:whitespace-nowrap">Inference &amp; 0G Metrics</h2>
      <div className="zg:flex zg:min-w-0 zg:flex-1 zg:items-center zg:justify-between zg:gap-x-24 zg:text-label zg:tall:order-1 zg:tall:basis-full">
        {network ? (
          <p className={`zg:truncate ${simulated ? "zg:text-value zg:strong zg:tall:text-label" : "zg:text-soft"}`}>
            {simulated ? localWords(note !== null) : publicWords(network, providers, note !== null)}
          </p>
        ) : null}
        {note === null ? null : (
          <p title={note} className="zg:ml-auto zg:truncate">
            {note}
          </p>
        )}
      </div>
      <p data-status={connectionState} className="zg:ml-auto zg:flex zg:items-center zg:gap-10 zg:text-label zg:strong">
        <StateMark isHollow={connectionState !== "connected"} />
        <span>{connectionState}</span>
      </p>
    </header>
  );
}

function localWords(isShort: boolean): string {
  return isShort ? "LOCAL NETWORK" : "LOCAL NETWORK · simulated GPU, providers, storage";
}

function publicWords(network: Network, providers: number | null, isShort: boolean): string {
  const words = [network.viaOwnNode ? `${network.displayName} via own node` : network.displayName];
  words.push(String(network.chainId));
  if (!isShort && network.head) words.push(formatBlock(network.head.number));
  if (!isShort && providers !== null) words.push(`${formatCount(providers)} ${providers === 1 ? "provider" : "providers"}`);
  return words.join(" · ");
}
