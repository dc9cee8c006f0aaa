import type { ReactNode } from "react";

interface FieldProps {
  id: string;
  label: string;
  hint?: string;
  fault?: string | undefined;
  /** Gets what ties it to its words. */
  control: (props: ControlProps) => ReactNode;
}

export interface ControlProps {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": boolean | undefined;
}

/** A control with its label, a hint and what is wrong with it. */
export function Field({ id, label, hint, fault, control }: FieldProps) {
  const words = fault ?? hint;
  const wordsId = `${id}-words`;
  return (
    <div className="zg-field">
      <label htmlFor={id}>{label}</label>
      {control({
        id,
        "aria-describedby": words === undefined ? undefined : wordsId,
        "aria-invalid": fault === undefined ? undefined : true,
      })}
      {words === undefined ? null : (
        <p id={wordsId} data-fault={fault === undefined ? undefined : true}>
          {words}
        </p>
      )}
    </div>
  );
}
