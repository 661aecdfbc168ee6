// A numeric field. Text that is not a number is kept in the request unchanged, so that the service reports the error.

import { TextField } from '../parts/field.tsx';

export function NumberField(props: {
  label: string;
  value: unknown;
  /** The default, shown while the field is empty. */
  placeholder?: string;
  hint?: string | undefined;
  problem: string | undefined;
  onChange(value: number | string | undefined): void;
}) {
  const { value, onChange, ...rest } = props;
  return (
    <TextField
      {...rest}
      inputMode="decimal"
      value={value === undefined || value === null ? '' : String(value)}
      onInput={(text) => onChange(numberOf(text))}
    />
  );
}

export function numberOf(text: string): number | string | undefined {
  if (text.trim() === '') return undefined;
  const value = Number(text);
  return Number.isNaN(value) ? text : value;
}
