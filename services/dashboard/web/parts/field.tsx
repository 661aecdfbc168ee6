// A labeled form control with its error message.

import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

interface Common {
  label: string;
  hint?: string | undefined;
  problem?: string | undefined;
}

interface Wired {
  id: string;
  'aria-describedby': string | undefined;
  'aria-invalid': boolean | undefined;
}

export function Field(props: Common & { children: (control: Wired) => ComponentChildren }) {
  const id = useId();
  const note = `${id}-note`;
  const noted = props.problem !== undefined || props.hint !== undefined;
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      {props.children({
        id,
        'aria-describedby': noted ? note : undefined,
        'aria-invalid': props.problem === undefined ? undefined : true,
      })}
      {props.problem !== undefined ? (
        <div class="problem" id={note}>
          {props.problem}
        </div>
      ) : (
        props.hint !== undefined && (
          <div class="hint" id={note}>
            {props.hint}
          </div>
        )
      )}
    </div>
  );
}

export function TextField(
  props: Common & {
    value: string;
    onInput(value: string): void;
    placeholder?: string;
    inputMode?: 'numeric' | 'decimal' | 'text';
  },
) {
  return (
    <Field {...props}>
      {(control) => (
        <input
          {...control}
          type="text"
          inputMode={props.inputMode}
          placeholder={props.placeholder}
          value={props.value}
          onInput={(event) => props.onInput(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

export function SelectField(
  props: Common & {
    value: string;
    options: readonly (string | readonly [value: string, label: string])[];
    onChange(value: string): void;
  },
) {
  return (
    <Field {...props}>
      {(control) => (
        <select
          {...control}
          value={props.value}
          onChange={(event) => props.onChange(event.currentTarget.value)}
        >
          {props.options.map((option) => {
            const [value, text] = typeof option === 'string' ? [option, option] : option;
            return (
              <option key={value} value={value}>
                {text}
              </option>
            );
          })}
        </select>
      )}
    </Field>
  );
}

export function Check(props: { label: string; checked: boolean; onChange(checked: boolean): void }) {
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={props.checked}
        onChange={(event) => props.onChange(event.currentTarget.checked)}
      />
      {props.label}
    </label>
  );
}

export function Segmented<T extends string>(props: {
  name: string;
  value: T;
  options: readonly (readonly [T, string])[];
  onChange: (value: NoInfer<T>) => void;
}) {
  return (
    <fieldset class="segmented" aria-label={props.name}>
      {props.options.map(([value, text]) => (
        <button
          key={value}
          type="button"
          aria-pressed={props.value === value}
          onClick={() => props.onChange(value)}
        >
          {text}
        </button>
      ))}
    </fieldset>
  );
}
