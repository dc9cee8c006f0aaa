// What the page's parts are made of.
import type { ReactNode, Ref } from "react";
import type { Trouble } from "./trouble";

interface ButtonProps {
  children: ReactNode;
  onPress?: () => void;
  /** The one that a part is there for. */
  isMain?: boolean;
  isDisabled?: boolean;
  type?: "button" | "submit";
  label?: string;
}

/** A disabled one keeps its place in the order of the keyboard and says that it is. */
export function Button({ children, onPress, isMain = false, isDisabled = false, type = "button", label }: ButtonProps) {
  return (
    <button
      type={type}
      aria-label={label}
      aria-disabled={isDisabled}
      onClick={(event) => {
        if (isDisabled) event.preventDefault();
        else onPress?.();
      }}
      className={`zg-button ${isMain ? "zg-button-main" : ""}`}
    >
      {children}
    </button>
  );
}

interface PartProps {
  id: string;
  title: string;
  /** Takes the focus when the part was asked for. */
  heading?: Ref<HTMLHeadingElement>;
  /** Beside the title. */
  aside?: ReactNode;
  children: ReactNode;
}

/** A card with a heading. */
export function Part({ id, title, heading, aside, children }: PartProps) {
  return (
    <section aria-labelledby={id} className="zg-part">
      <div className="zg:flex zg:flex-wrap zg:items-center zg:gap-x-16 zg:gap-y-8">
        <h2 id={id} ref={heading} tabIndex={-1} className="zg:mr-auto zg:text-section zg:strong zg:[overflow-wrap:anywhere]">
          {title}
        </h2>
        {aside}
      </div>
      {children}
    </section>
  );
}

interface NoticeProps {
  trouble: Trouble;
  children?: ReactNode;
}

/** What went wrong, with what can be done. */
export function Notice({ trouble, children }: NoticeProps) {
  return (
    <div role="alert" data-code={trouble.code} className="zg-notice">
      <p className="zg:mr-auto zg:[overflow-wrap:anywhere]">{trouble.text}</p>
      {children}
    </div>
  );
}

/** A label and its value. */
export function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="zg:min-w-0">
      <dt className="zg:text-soft">{label}</dt>
      <dd className="zg:strong zg:[overflow-wrap:anywhere]">{children}</dd>
    </div>
  );
}
