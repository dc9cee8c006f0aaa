import { useState } from "react";
import { InferenceMetrics } from "../components/panels/InferenceMetrics";
import { EvidenceScope } from "../evidence/EvidenceScope";
import { useInferenceMetrics } from "../hooks/useInferenceMetrics";
import type { Theme } from "../lib/model";
import type { Snapshot } from "../lib/snapshot";
import { Help } from "./Help";
import { HistoryTracks } from "./HistoryTracks";
import { LedgerTable } from "./LedgerTable";
import { ProviderFacts } from "./ProviderFacts";
import { ServiceTable } from "./ServiceTable";
import { SourceList } from "./SourceList";
import { Toolbar } from "./Toolbar";
import { toggleFullScreen, useKeyboard } from "./useKeyboard";
import { useKiosk } from "./useKiosk";

interface PageProps {
  url: string;
  /** Where the last minutes of each figure are. */
  history: string;
  initial: Snapshot | null;
  theme: Theme;
}

export function Page({ url, history, initial, theme }: PageProps) {
  const [isPaused, setIsPaused] = useState(false);
  const [isHelpOpen, setIsHelpOpen] = useState(false);
  const [isKiosk, toggleKiosk] = useKiosk();
  const live = useInferenceMetrics(url, { initial, paused: isPaused });
  const { sources, network, services, servicesTotal = null, ledger = null, provider = null, now = null } = live;

  const togglePause = () => {
    setIsPaused((before) => !before);
  };
  const toggleHelp = () => {
    setIsHelpOpen((before) => !before);
  };
  useKeyboard({ p: togglePause, k: toggleKiosk, f: toggleFullScreen, "?": toggleHelp });

  return (
    <main className="zg-page" data-theme={theme}>
      <h1 className="zg:sr-only">{live.agent?.name ?? "AI agent on 0G"}</h1>
      <div className="zg-first-screen">
        <InferenceMetrics {...live} theme={theme} />
        {isKiosk ? null : (
          <Toolbar
            isPaused={isPaused}
            onPause={togglePause}
            onKiosk={toggleKiosk}
            onFullScreen={toggleFullScreen}
            onHelp={toggleHelp}
          />
        )}
      </div>
      {isKiosk || !sources || !services ? null : (
        <div className="zg:flex zg:flex-col zg:gap-40 zg:px-20 zg:pt-24 zg:pb-48">
          <HistoryTracks url={history} sources={sources} isPaused={isPaused} now={now} />
          <ServiceTable
            services={services}
            total={servicesTotal}
            source={sources.compute}
            status={sources.status}
            probe={sources.probe}
            simulated={network?.simulated ?? false}
            now={now}
          />
          {ledger === null ? null : <LedgerTable ledger={ledger} source={sources.ledger} now={now} />}
          {provider === null ? null : <ProviderFacts provider={provider} source={sources.compute} now={now} />}
          <EvidenceScope url={live.evidenceUrl}>
            <SourceList sources={sources} now={now} />
          </EvidenceScope>
        </div>
      )}
      {isHelpOpen ? <Help onClose={toggleHelp} /> : null}
    </main>
  );
}
