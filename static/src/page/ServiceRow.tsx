import { formatLatency, formatShare, shortAddress, UNKNOWN } from "../lib/format";
import type { Service, ServiceHealth, ServiceProbe } from "../lib/model";
import { isPricedPerImage, priceIn0G } from "../lib/price";
import { Cell, Small } from "./Cell";

/** Everything here is foreign text from the chain: shown, never followed. */
export function ServiceRow({ service, withProbe }: { service: Service; withProbe: boolean }) {
  const { provider, serviceType, model, url, inputPriceNeuron, outputPriceNeuron, priceError, error } = service;
  const perImage = isPricedPerImage(serviceType) ? <Small>per image</Small> : null;
  return (
    <tr className="zg:align-top zg:[border-top:1px_solid_var(--zg-line)]">
      <th scope="row" dir="auto" title={model ?? undefined} className="zg:max-w-380 zg:py-8 zg:pr-20 zg:strong zg:[overflow-wrap:anywhere]">
        {model ?? UNKNOWN}
        {serviceType ? <Small>{serviceType}</Small> : null}
        {error === null ? null : <Small>{error}</Small>}
      </th>
      <Cell label="Provider" title={provider}>
        <span className="zg:whitespace-nowrap">{provider === null ? UNKNOWN : shortAddress(provider)}</span>
      </Cell>
      <Cell label="Input">
        {priceIn0G(inputPriceNeuron, serviceType) ?? UNKNOWN}
        {perImage}
        {priceError === null ? null : <Small>{priceError}</Small>}
      </Cell>
      <Cell label="Output">
        {priceIn0G(outputPriceNeuron, serviceType) ?? UNKNOWN}
        {perImage}
      </Cell>
      <Cell label="TEE" title={service.teeSignerAddress}>
        {teeWord(service.teeSignerAcknowledged)}
        {service.verifiability ? <Small>{service.verifiability}</Small> : null}
      </Cell>
      <Cell label="Health" title={service.health?.lastCheck ? `last check ${service.health.lastCheck}` : null}>
        <Health health={service.health} />
      </Cell>
      {withProbe ? (
        <Cell label="Own probe" title={service.probe ? `last probe ${service.probe.checkedAt}` : null}>
          <Probe probe={service.probe ?? null} />
        </Cell>
      ) : null}
      <Cell label="Address">{url ?? UNKNOWN}</Cell>
    </tr>
  );
}

/** Whether the contract's owner has acknowledged the TEE signer; older contracts do not say. */
function teeWord(acknowledged: boolean | null): string {
  if (acknowledged === null) return "unknown";
  return acknowledged ? "acknowledged" : "not acknowledged";
}

/** In the words of 0G's prober; a service that it does not know has none. */
function Health({ health }: { health: ServiceHealth | null }) {
  if (health === null) return UNKNOWN;
  const response = health.responseTime?.p50Ms ?? health.responseTime?.avgMs ?? null;
  return (
    <>
      {health.status}
      {health.uptime === null ? null : <Small>{`${formatShare(health.uptime)} of checks good`}</Small>}
      {response === null ? null : <Small>{formatLatency(response)}</Small>}
    </>
  );
}

/** What this machine's own request found; most services are not probed. */
function Probe({ probe }: { probe: ServiceProbe | null }) {
  if (probe === null) return UNKNOWN;
  return (
    <>
      {probe.reachable ? "answers" : "no answer"}
      {probe.answer === null ? null : <Small>{probe.answer}</Small>}
      {probe.latencyMs === null ? null : <Small>{formatLatency(probe.latencyMs)}</Small>}
      {probe.error === null ? null : <Small>{probe.error}</Small>}
    </>
  );
}
