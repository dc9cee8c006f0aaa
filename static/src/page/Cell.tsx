import type { ReactNode } from "react";

interface CellProps {
  label: string;
  title?: string | null;
  children: ReactNode;
}

/** Of a list; in a narrow box its label stands before it. */
export function Cell({ label, title, children }: CellProps) {
  return (
    <td
      data-label={label}
      title={title ?? undefined}
      className="zg:max-w-320 zg:py-8 zg:pr-20 zg:[overflow-wrap:anywhere]"
    >
      {children}
    </td>
  );
}

/** A line of its own under what a cell says. */
export function Small({ children }: { children: ReactNode }) {
  return <span className="zg:block zg:text-soft zg:regular">{children}</span>;
}
