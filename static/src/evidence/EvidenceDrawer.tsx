import { lazy, Suspense, useState } from "react";
import type { SourceName } from "../lib/model";
import { sourceTitle } from "../lib/sources";
import { CopyLine } from "./CopyLine";
import { Drawer, DrawerButton } from "./Drawer";
import { safeLink, useEvidence, type Evidence } from "./evidence";
import { Link, Reading } from "./EvidenceReading";

const QrCode = lazy(() => import("./QrCode").catch(() => ({ default: () => null })));

interface EvidenceDrawerProps {
  source: SourceName;
  /** Where the evidence of all sources is: "/api/evidence". */
  base: string;
  onClose: () => void;
}

/** Behind a card's foot: the request, the raw answer, the decoded value, and how to check them. */
export default function EvidenceDrawer({ source, base, onClose }: EvidenceDrawerProps) {
  const [turn, setTurn] = useState(0);
  const answer = useEvidence(base, source, turn);
  const readAgain = (
    <DrawerButton
      label="Read again"
      onPress={() => {
        setTurn(turn + 1);
      }}
    />
  );
  return (
    <Drawer title={sourceTitle(source)} action={readAgain} onClose={onClose}>
      {answer === null ? (
        <p role="status">Asking…</p>
      ) : "trouble" in answer ? (
        <p role="alert">No evidence: {answer.trouble}.</p>
      ) : (
        <Shown evidence={answer.evidence} />
      )}
    </Drawer>
  );
}

function Shown({ evidence }: { evidence: Evidence }) {
  const { reason, origin, contract, explorer, curl, readings } = evidence;
  const link = safeLink(explorer);
  return (
    <div className="zg:flex zg:flex-col zg:gap-16">
      {reason === null ? null : <p>{reason}</p>}
      <div className="zg:flex zg:flex-wrap zg:items-start zg:gap-24">
        <dl className="zg:grid zg:min-w-0 zg:flex-1 zg:grid-cols-[auto_minmax(0,1fr)] zg:gap-x-16 zg:gap-y-6">
          <Fact label="Read from" value={origin} />
          <Fact label="Contract" value={contract} />
          {link === null ? null : (
            <>
              <dt className="zg:text-soft">Explorer</dt>
              <dd className="zg:[overflow-wrap:anywhere]">
                <Link to={link}>{link}</Link>
              </dd>
            </>
          )}
        </dl>
        {link === null ? null : (
          <Suspense fallback={null}>
            <QrCode text={link} label="The contract in the block explorer, for a phone" />
          </Suspense>
        )}
      </div>
      {curl === null ? null : <CopyLine label="Shell line that gets these figures from this server" text={curl} />}
      {readings.length === 0 ? <p className="zg:text-soft">Nothing was read yet.</p> : null}
      {readings.map((reading) => (
        <Reading key={`${reading.reader} ${reading.readAt}`} reading={reading} />
      ))}
    </div>
  );
}

function Fact({ label, value }: { label: string; value: string | null }) {
  return value === null ? null : (
    <>
      <dt className="zg:text-soft">{label}</dt>
      <dd className="zg:[overflow-wrap:anywhere]">{value}</dd>
    </>
  );
}
