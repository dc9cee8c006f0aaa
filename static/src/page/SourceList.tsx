import { use } from "react";
import { EvidenceContext } from "../evidence/EvidenceContext";
import { reasonOf, stateNow } from "../lib/freshness";
import type { Sources } from "../lib/model";
import { originLine } from "../lib/origin";
import { SOURCE_NAMES, sourceTitle } from "../lib/sources";

interface SourceListProps {
  sources: Sources;
  now: number | null;
}

/** Where everything comes from; a part that is missing says what would turn it on. */
export function SourceList({ sources, now }: SourceListProps) {
  const open = use(EvidenceContext);
  return (
    <section aria-labelledby="sources" className="zg-list zg:flex zg:flex-col zg:gap-10 zg:text-desk">
      <h2 id="sources" className="zg:text-section zg:strong">
        Sources
      </h2>
      <table className="zg:w-full">
        <thead className="zg:sr-only">
          <tr>
            <th scope="col">Source</th>
            <th scope="col">State</th>
            <th scope="col">Origin and age, or what is missing</th>
          </tr>
        </thead>
        <tbody>
          {SOURCE_NAMES.map((name) => {
            const source = sources[name];
            const state = stateNow(source, now);
            return (
              <tr key={name} className="zg:align-top zg:[border-top:1px_solid_var(--zg-line)]">
                <th scope="row" className="zg:w-220 zg:py-8 zg:pr-20 zg:strong">
                  <button
                    type="button"
                    aria-haspopup="dialog"
                    onClick={() => {
                      open?.(name);
                    }}
                    className="zg-opens zg:text-left"
                  >
                    {sourceTitle(name)}
                  </button>
                </th>
                <td className="zg:w-90 zg:py-8 zg:pr-20">{state}</td>
                <td className="zg:py-8 zg:text-soft zg:[overflow-wrap:anywhere]">
                  {state === "fresh" ? originLine(source, now) : (reasonOf(source) ?? originLine(source, now))}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
