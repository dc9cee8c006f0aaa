import { formatAgo } from "../../lib/age";
import { formatCount, UNKNOWN } from "../../lib/format";
import { isStale, reasonOf, stateNow, whatOf } from "../../lib/freshness";
import type { INFTStatus, Source } from "../../lib/model";
import { Card } from "./Card";
import { Fact, Facts } from "./Facts";
import { Foot } from "./Foot";
import { CAPTION, Hero, HeroArea } from "./Hero";
import { Skeleton } from "./Skeleton";
import { StateMark } from "./StateMark";
import { Unknown } from "./Unknown";

interface INFTCardProps {
  inft: INFTStatus | null;
  source: Source | undefined;
  simulated: boolean;
  now: number | null;
}

export function INFTCard({ inft, source, simulated, now }: INFTCardProps) {
  const foot = source && stateNow(source, now) !== "off" && (
    <Foot
      entries={[{ name: "inft", source, simulated: false }]}
      remark={inft && !isLong(inft.modelName) ? remarkOf(inft, simulated) : null}
      now={now}
    />
  );
  return (
    <Card title="iNFT Status" area="inft" sources={source ? [source] : []} now={now} foot={foot}>
      {inft || source ? (
        <div data-stale={isStale(source, now) || undefined} className="zg:flex zg:min-h-0 zg:flex-1 zg:flex-col">
          <HeroArea>
            <Status inft={inft} source={source} />
          </HeroArea>
          <Facts className={inft ? "" : "zg:tall:hidden"}>
            <Fact label="Token:" value={inft && inft.tokenId !== "" ? inft.tokenId : UNKNOWN} title={inft?.tokenId} cut="beside" />
            <Fact label="Model:" value={inft?.modelName ?? UNKNOWN} title={inft?.modelName ?? undefined} />
            <Fact
              label="Inferences:"
              value={formatCount(inft?.inferenceCount ?? null)}
              basis={inft?.inferenceBasis}
            />
            <Fact
              label="Last Active:"
              value={formatAgo(inft?.lastActive, now) ?? UNKNOWN}
              title={inft?.lastActiveBasis ?? undefined}
            />
          </Facts>
        </div>
      ) : (
        <Skeleton hero={340} rows={4} />
      )}
    </Card>
  );
}

/** The finer word, that no contract says it by itself, and what Last Active is the time of. */
function remarkOf(inft: INFTStatus, simulated: boolean): string | null {
  const words: string[] = [];
  if (inft.lifecycle) words.push(`${inft.lifecycle}, derived`);
  if (inft.lastActiveBasis) words.push(`active: ${inft.lastActiveBasis}`);
  if (simulated && words.length < 2) words.push("real contracts and code");
  return words.length > 0 ? words.join(" · ") : null;
}

/** A name that takes three lines with its label leaves no room for a second line in the foot. */
function isLong(modelName: string | null): boolean {
  return modelName !== null && modelName.length > 18;
}

function Status({ inft, source }: Pick<INFTCardProps, "inft" | "source">) {
  if (!inft?.status) {
    const reason = (source && reasonOf(source)) ?? inft?.derivedFrom ?? "status not known";
    return <Unknown reason={whatOf(reason)} detail={reason} />;
  }
  return (
    <p className="zg:flex zg:flex-col zg:tall:flex-row zg:tall:flex-wrap zg:tall:items-baseline zg:tall:gap-x-16">
      <span className={CAPTION}>Status:</span>
      <span data-status={inft.status} title={inft.derivedFrom} className="zg:flex zg:items-center zg:gap-22">
        <Hero figure={inft.status} />
        <StateMark isLarge isHollow={inft.status !== "active"} />
      </span>
    </p>
  );
}
