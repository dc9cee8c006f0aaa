import { bandOf, bandWord, clampPercent, STORAGE_LIMITS } from "../../lib/bands";
import { formatCount, formatShare, formatSize, UNKNOWN } from "../../lib/format";
import { isStale, reasonOf, stateNow, whatOf } from "../../lib/freshness";
import type { Source, StorageMetrics } from "../../lib/model";
import { basisText, differencesOf, explorerOf, scannedOf, totalText } from "../../lib/storage";
import { Card } from "./Card";
import { Fact, Facts } from "./Facts";
import { Foot } from "./Foot";
import { CAPTION, Hero, HeroArea } from "./Hero";
import { Skeleton } from "./Skeleton";
import { Unknown } from "./Unknown";

interface StorageUsageProps {
  storage: StorageMetrics | null;
  source: Source | undefined;
  simulated: boolean;
  now: number | null;
}

export function StorageUsage({ storage, source, simulated, now }: StorageUsageProps) {
  const foot = source && stateNow(source, now) !== "off" && (
    <Foot entries={[{ name: "storage", source, simulated }]} remark={simulated && storage ? "real contracts and code" : null} now={now} />
  );
  return (
    <Card title="Storage Usage" area="storage" sources={source ? [source] : []} now={now} foot={foot}>
      {storage ? <Usage storage={storage} isOld={isStale(source, now)} /> : <NoUsage source={source} />}
    </Card>
  );
}

function NoUsage({ source }: Pick<StorageUsageProps, "source">) {
  if (!source) return <Skeleton hero={300} rows={3} />;
  const reason = reasonOf(source) ?? "nothing stored is known";
  return (
    <div className="zg:flex zg:min-h-0 zg:flex-1 zg:flex-col">
      <HeroArea>
        <Unknown reason={whatOf(reason)} detail={reason} />
      </HeroArea>
      <Facts className="zg:tall:hidden">
        <Fact label="Used:" value={UNKNOWN} />
        <Fact label="Total:" value={UNKNOWN} />
        <Fact label="Objects:" value={UNKNOWN} />
      </Facts>
    </div>
  );
}

function Usage({ storage, isOld }: { storage: StorageMetrics; isOld: boolean }) {
  const { usedStorageGb, totalStorageGb, objectCount } = storage;
  const scanned = scannedOf(storage);
  const remark = differencesOf(storage) ?? explorerOf(storage);
  return (
    <div data-stale={isOld || undefined} className="zg:flex zg:min-h-0 zg:flex-1 zg:flex-col">
      <HeroArea>
        <Share percent={scanned === null ? shareOf(usedStorageGb, totalStorageGb) : null} />
      </HeroArea>
      <Facts>
        <Fact
          label="Used:"
          title={basisText(storage)}
          value={scanned === null ? formatSize(usedStorageGb) : `≥ ${formatSize(usedStorageGb)} · scanned ${scanned}`}
        />
        <Fact label="Total:" title={totalText(storage)} value={formatSize(totalStorageGb)} />
        <Fact label="Objects:" value={scanned === null ? formatCount(objectCount) : `≥ ${formatCount(objectCount)}`} />
      </Facts>
      <Note text={remark?.text ?? totalText(storage) ?? basisText(storage)} detail={remark?.detail} />
    </div>
  );
}

/**
 * One line below the figures: what differs, else what 0G counts while the own count goes on, else what the total is,
 * else what the figures are about.
 */
function Note({ text, detail = text }: { text: string | undefined; detail?: string | undefined }) {
  return text === undefined ? null : (
    <p title={detail} className="zg:truncate zg:text-label zg:text-soft zg:tall:hidden">
      {text}
    </p>
  );
}

/** Null without a total: a share of nothing is no number. */
function shareOf(used: number | null, total: number | null): number | null {
  return used === null || total === null || total <= 0 ? null : clampPercent((used / total) * 100);
}

function Share({ percent }: { percent: number | null }) {
  if (percent === null) return <Hero figure={UNKNOWN} isUnknown />;
  const band = bandOf(percent, STORAGE_LIMITS);
  const figure = formatShare(percent);
  return (
    <div
      role="meter"
      aria-label="Storage Usage"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(percent * 10) / 10}
      aria-valuetext={`${figure}, ${bandWord(band)}`}
      data-band={band}
      className="zg:pt-26 zg:tall:pt-0"
    >
      <div className="zg:flex zg:flex-col zg:tall:flex-row-reverse zg:tall:items-baseline zg:tall:justify-end zg:tall:gap-x-16">
        <span className={CAPTION}>{bandWord(band)}</span>
        <Hero figure={figure} />
      </div>
      <div className="zg:mt-8 zg:h-22 zg:overflow-hidden zg:rounded-mark zg:bg-line zg:tall:mt-8 zg:tall:h-18">
        <div
          className="zg-moves zg:h-full zg:rounded-mark zg:bg-mark"
          style={{ width: `${percent.toFixed(2)}%`, minWidth: percent > 0 ? "4px" : "0" }}
        />
      </div>
    </div>
  );
}
