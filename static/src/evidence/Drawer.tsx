import { useEffect, useId, useRef, type ReactNode } from "react";

interface DrawerProps {
  title: string;
  /** Left of the button that closes it. */
  action?: ReactNode;
  onClose: () => void;
  children: ReactNode;
}

/** A modal sheet at the window's right edge, read at the desk. */
export function Drawer({ title, action, onClose, children }: DrawerProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    // StrictMode runs this twice, and an open dialog may not be opened again.
    if (dialog.current?.open === false) dialog.current.showModal();
  }, []);
  return (
    <dialog
      ref={dialog}
      onClose={onClose}
      aria-labelledby={titleId}
      className="zg-drawer zg:bg-card zg:p-24 zg:text-desk zg:text-text"
    >
      <div className="zg:flex zg:items-center zg:gap-10 zg:pb-16">
        <h2 id={titleId} className="zg:mr-auto zg:text-section zg:strong">
          {title}
        </h2>
        {action}
        <DrawerButton label="Close" onPress={() => dialog.current?.close()} />
      </div>
      {children}
    </dialog>
  );
}

export function DrawerButton({ label, onPress }: { label: string; onPress: () => void }) {
  return (
    <button type="button" onClick={onPress} className="zg:rounded-mark zg:px-18 zg:py-6 zg:[border:1px_solid_var(--zg-line)]">
      {label}
    </button>
  );
}
