import { formatCount } from "../lib/format";
import { reasonOf, stateNow } from "../lib/freshness";
import type { Service, Source } from "../lib/model";
import { originLine } from "../lib/origin";
import { Listing } from "./Listing";
import { ServiceRow } from "./ServiceRow";

interface ServiceTableProps {
  services: readonly Service[];
  /** What the contract says; more than the rows when a limit cut the list. */
  total: number | null;
  source: Source;
  /** Of the health: 0G's own prober. */
  status: Source;
  /** Of our own probe. */
  probe: Source;
  simulated: boolean;
  now: number | null;
}

const COLUMNS = ["Model", "Provider", "Input", "Output", "TEE", "Health", "Own probe", "Address"] as const;

/** The services that the InferenceServing contract lists, as it lists them. */
export function ServiceTable({ services, total, source, status, probe, simulated, now }: ServiceTableProps) {
  const state = stateNow(source, now);
  // Off by choice leaves no trace.
  const withProbe = probe.state !== "off";
  const notes = [
    "Prices in 0G per million tokens, or per image",
    `Health as ${simulated ? "a simulated prober" : "0G's own prober"} measures it: ${originLine(status, now)}`,
    ...(withProbe ? [`Own probe, a free request: ${originLine(probe, now)}`] : []),
  ];
  const origin = state === "off" ? reasonOf(source) : originLine(source, now);
  return (
    <section aria-labelledby="services" className="zg-list zg:flex zg:flex-col zg:gap-10 zg:text-desk">
      <h2 id="services" className="zg:text-section zg:strong">
        Compute services
      </h2>
      <p className="zg:text-soft zg:[overflow-wrap:anywhere]">
        {[
          simulated ? "simulated providers, real contracts and code" : null,
          state === "fresh" || state === "off" ? null : state,
          origin,
          total !== null && total > services.length ? `the first ${formatCount(services.length)} of ${formatCount(total)}` : null,
        ]
          .filter((part) => part !== null)
          .join(" · ")}
      </p>
      {services.length === 0 ? (
        <p>{source.fetchedAt === null ? "Not read yet." : "The contract lists no service."}</p>
      ) : (
        <Listing caption={notes.join(" · ")} columns={COLUMNS.filter((name) => withProbe || name !== "Own probe")}>
          {services.map((service, index) => (
            <ServiceRow key={`${service.provider ?? ""} ${index}`} service={service} withProbe={withProbe} />
          ))}
        </Listing>
      )}
    </section>
  );
}
