import { Field } from "./Field";
import type { Faults, PlanValues } from "./plan";

interface AmountFieldProps {
  name: "maxSpend" | "costTarget";
  label: string;
  hint: string;
  values: PlanValues;
  faults: Faults;
  onChange: (values: PlanValues) => void;
}

/** An amount of 0G, as text: a number would round it. */
export function AmountField({ name, label, hint, values, faults, onChange }: AmountFieldProps) {
  return (
    <Field
      id={name}
      label={label}
      hint={hint}
      fault={faults[name]}
      control={(props) => (
        <input
          {...props}
          value={values[name]}
          inputMode="decimal"
          onChange={(event) => {
            onChange({ ...values, [name]: event.target.value });
          }}
        />
      )}
    />
  );
}
