import { useEffect, useRef, type SubmitEvent } from "react";
import { Button, Notice, Part } from "./Controls";
import { Field } from "./Field";
import type { Trouble } from "./trouble";

interface TokenFormProps {
  isBusy: boolean;
  trouble: Trouble | null;
  onToken: (token: string) => void;
}

/** The field is not controlled, has no name and is emptied at once: the token is in no attribute and in no form data. */
export function TokenForm({ isBusy, trouble, onToken }: TokenFormProps) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    field.current?.focus();
  }, []);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const token = field.current?.value.trim() ?? "";
    if (!field.current || token === "" || isBusy) return;
    field.current.value = "";
    onToken(token);
  };
  return (
    <div className="zg:mx-auto zg:w-full zg:max-w-560">
      <Part id="token" title="For the operator">
        {trouble === null ? null : <Notice trouble={trouble} />}
        <form onSubmit={submit} className="zg:flex zg:flex-col zg:gap-16">
          <Field
            id="token-field"
            label="Admin token"
            hint="In run/admin-token, or what you set as ADMIN_TOKEN. This page keeps it in memory until it is closed or reloaded."
            control={(props) => (
              <input {...props} ref={field} type="password" autoComplete="off" spellCheck={false} autoCapitalize="off" required />
            )}
          />
          <Button type="submit" isMain isDisabled={isBusy}>
            {isBusy ? "Asking…" : "Enter"}
          </Button>
        </form>
      </Part>
    </div>
  );
}
