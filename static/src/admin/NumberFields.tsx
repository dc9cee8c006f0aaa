import { Field } from "./Field";
import { NUMBERS, type Faults, type NumberName, type PlanValues } from "./plan";

interface NumberFieldsProps {
  names: readonly NumberName[];
  values: PlanValues;
  faults: Faults;
  onChange: (values: PlanValues) => void;
}

/** Typed as text: a field of type number changes under the mouse wheel and hides what it cannot read. */
export function NumberFields({ names, values, faults, onChange }: NumberFieldsProps) {
  return names.map((name) => (
    <Field
      key={name}
      id={name}
      label={NUMBERS[name].label}
      hint={NUMBERS[name].hint}
      fault={faults[name]}
      control={(props) => (
        <input
          {...props}
          value={values.numbers[name]}
          inputMode="numeric"
          onChange={(event) => {
            onChange({ ...values, numbers: { ...values.numbers, [name]: event.target.value } });
          }}
        />
      )}
    />
  ));
}
