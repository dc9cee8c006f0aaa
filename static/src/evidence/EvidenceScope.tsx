import { lazy, Suspense, useState, type ReactNode } from "react";
import type { SourceName } from "../lib/model";
import { EvidenceContext } from "./EvidenceContext";
import { NoDrawer } from "./NoDrawer";

// A page that stands open for days may outlive the file on the server; then a click must not take the panel down.
const EvidenceDrawer = lazy(() => import("./EvidenceDrawer").catch(() => ({ default: NoDrawer })));

interface EvidenceScopeProps {
  /** Where the evidence of all sources is: "/api/evidence". Without it nothing inside opens any. */
  url: string | null | undefined;
  children: ReactNode;
}

/** What stands inside can open the evidence of a source, one at a time. */
export function EvidenceScope({ url, children }: EvidenceScopeProps) {
  const [opened, setOpened] = useState<SourceName | null>(null);
  if (!url) return children;
  return (
    <EvidenceContext value={setOpened}>
      {children}
      {opened === null ? null : (
        <Suspense fallback={null}>
          <EvidenceDrawer
            key={opened}
            source={opened}
            base={url}
            onClose={() => {
              setOpened(null);
            }}
          />
        </Suspense>
      )}
    </EvidenceContext>
  );
}
