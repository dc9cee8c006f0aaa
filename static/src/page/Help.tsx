import { useEffect, useRef } from "react";

const KEYS = [
  ["p", "pause and resume updates"],
  ["k", "kiosk: the panel alone"],
  ["f", "full screen"],
  ["?", "this help"],
] as const;

interface HelpProps {
  onClose: () => void;
}

export function Help({ onClose }: HelpProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog
      ref={dialog}
      onClose={onClose}
      aria-labelledby="help-title"
      className="zg-help zg:m-auto zg:w-480 zg:max-w-[90vw] zg:rounded-card zg:bg-card zg:p-28 zg:text-desk zg:text-text"
    >
      <h2 id="help-title" className="zg:text-section zg:strong">
        Help
      </h2>
      <dl className="zg:grid zg:grid-cols-[auto_1fr] zg:gap-x-20 zg:gap-y-8 zg:py-20">
        {KEYS.map(([key, meaning]) => (
          <div key={key} className="zg:contents">
            <dt>
              <kbd className="zg:rounded-card zg:px-10 zg:py-2 zg:strong zg:[border:1px_solid_var(--zg-line)]">
                {key}
              </kbd>
            </dt>
            <dd className="zg:text-soft">{meaning}</dd>
          </div>
        ))}
      </dl>
      <p className="zg:pb-20 zg:text-soft">
        A dash means that nobody reports the figure; it never stands for zero. A hollow mark means that a figure is old
        or a state is not as it should be. Green, yellow and red tell how busy something is, not whether it is broken.
      </p>
      <button
        type="button"
        onClick={() => dialog.current?.close()}
        className="zg:rounded-mark zg:px-18 zg:py-6 zg:[border:1px_solid_var(--zg-line)]"
      >
        Close
      </button>
    </dialog>
  );
}
