import type { ReactNode } from "react";

interface ToolbarProps {
  isPaused: boolean;
  onPause: () => void;
  onKiosk: () => void;
  onFullScreen: () => void;
  onHelp: () => void;
}

/** The strip at the fold: what can be done here, and that more stands below. */
export function Toolbar({ isPaused, onPause, onKiosk, onFullScreen, onHelp }: ToolbarProps) {
  return (
    <div
      role="toolbar"
      aria-label="View"
      className="zg-toolbar zg:flex zg:h-48 zg:items-center zg:gap-6 zg:px-20 zg:pb-10 zg:text-desk zg:text-soft"
    >
      <a href="#history" className="zg:mr-auto zg:py-6 zg:pr-10 zg:[text-underline-offset:4px]">
        History, services, sources
      </a>
      <Tool onPress={onPause}>{isPaused ? "Resume" : "Pause"}</Tool>
      <Tool onPress={onKiosk}>Kiosk</Tool>
      <Tool onPress={onFullScreen}>Full screen</Tool>
      <Tool onPress={onHelp}>Help</Tool>
    </div>
  );
}

interface ToolProps {
  onPress: () => void;
  children: ReactNode;
}

function Tool({ onPress, children }: ToolProps) {
  return (
    <button
      type="button"
      onClick={onPress}
      className="zg:shrink-0 zg:whitespace-nowrap zg:rounded-mark zg:px-12 zg:py-4 zg:text-text zg:hover:bg-line"
    >
      {children}
    </button>
  );
}
