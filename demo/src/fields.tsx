/** A labelled text field with a note. */
import type { ComponentChildren } from "preact";

interface TextFieldProps {
  id: string;
  label: string;
  value: string;
  onText: (text: string) => void;
  placeholder?: string;
  note?: string;
  /** Not shown as it is typed. @default false */
  secret?: boolean;
}

export function TextField({ id, label, value, onText, placeholder = "", note, secret = false }: TextFieldProps) {
  const shared = {
    id,
    value,
    placeholder,
    "aria-describedby": note === undefined ? undefined : `${id}-note`,
    autocapitalize: "off",
    autocomplete: "off",
    spellcheck: false,
    onInput: (event: { currentTarget: HTMLInputElement }) => onText(event.currentTarget.value),
  } as const;
  return (
    <Field id={id} label={label} note={note}>
      {secret ? <input type="password" {...shared} /> : <input type="text" {...shared} />}
    </Field>
  );
}

interface FieldProps {
  id: string;
  label: string;
  note?: string | undefined;
  children: ComponentChildren;
}

export function Field({ id, label, note, children }: FieldProps) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children}
      {note !== undefined && <small id={`${id}-note`}>{note}</small>}
    </div>
  );
}
