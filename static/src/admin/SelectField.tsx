import { Field } from "./Field";

interface SelectFieldProps<Value extends string> {
  id: string;
  label: string;
  value: Value;
  options: readonly { value: Value; words: string }[];
  onChange: (value: Value) => void;
}

/** One of few. */
export function SelectField<Value extends string>({ id, label, value, options, onChange }: SelectFieldProps<Value>) {
  return (
    <Field
      id={id}
      label={label}
      control={(props) => (
        <select
          {...props}
          value={value}
          onChange={(event) => {
            const chosen = options.find((option) => option.value === event.target.value);
            if (chosen) onChange(chosen.value);
          }}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.words}
            </option>
          ))}
        </select>
      )}
    />
  );
}
