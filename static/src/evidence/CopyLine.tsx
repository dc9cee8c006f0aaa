import { useState } from "react";

interface CopyLineProps {
  /** Names the line for those who do not see it. */
  label: string;
  text: string;
}

/** A line for a shell, to be taken along as it stands. */
export function CopyLine({ label, text }: CopyLineProps) {
  const [outcome, setOutcome] = useState<"" | "copied" | "copy it by hand">("");
  const copy = async () => {
    // Only pages over TLS or of this machine have a clipboard.
    const clipboard = navigator.clipboard as Clipboard | undefined;
    try {
      await clipboard?.writeText(text);
      setOutcome(clipboard ? "copied" : "copy it by hand");
    } catch {
      setOutcome("copy it by hand");
    }
  };
  return (
    <div className="zg:flex zg:items-start zg:gap-10">
      <code
        aria-label={label}
        className="zg-code zg:min-w-0 zg:flex-1 zg:rounded-card zg:bg-page zg:p-10 zg:[overflow-wrap:anywhere]"
      >
        {text}
      </code>
      <button
        type="button"
        onClick={() => void copy()}
        className="zg:shrink-0 zg:rounded-mark zg:px-14 zg:py-4 zg:[border:1px_solid_var(--zg-line)]"
      >
        Copy
      </button>
      <span role="status" className="zg:text-soft">
        {outcome}
      </span>
    </div>
  );
}
