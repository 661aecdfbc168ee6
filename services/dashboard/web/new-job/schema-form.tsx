// A form for a component's arguments, generated from its JSON Schema.

import type { Detail } from '#contracts/errors.ts';
import { Check, SelectField, TextField } from '../parts/field.tsx';
import { type Component, problemAt } from './draft.ts';

export interface Schema {
  type?: string;
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
}

interface Props {
  value: Component;
  schema: Schema;
  path: string;
  details: readonly Detail[];
  onChange(value: Component): void;
}

/** Arguments that are edited elsewhere. */
const OWN = ['type', 'name', 'inputs'];

export function SchemaForm({ value, schema, path, details, onChange }: Props) {
  const names = Object.keys(schema.properties ?? {}).filter((name) => !OWN.includes(name));
  const first = names.filter(
    (name) => schema.required?.includes(name) || value[name] !== undefined || name === 'lr' || name === 'p',
  );
  const more = names.filter((name) => !first.includes(name));
  const argument = (name: string) => (
    <Argument
      key={name}
      name={name}
      schema={schema.properties![name]!}
      value={value[name]}
      problem={problemAt(details, `${path}.${name}`, true)}
      onChange={(given) => {
        const { [name]: _, ...rest } = value;
        onChange((given === undefined ? rest : { ...rest, [name]: given }) as Component);
      }}
    />
  );
  return (
    <>
      {first.length > 0 && <div class="fields">{first.map(argument)}</div>}
      {more.length > 0 && (
        <details>
          <summary class="small muted">More arguments</summary>
          <div class="fields" style={{ marginTop: '10px' }}>
            {more.map(argument)}
          </div>
        </details>
      )}
    </>
  );
}

function Argument(props: {
  name: string;
  schema: Schema;
  value: unknown;
  problem: string | undefined;
  onChange(value: unknown): void;
}) {
  const { name, schema, value, problem, onChange } = props;
  if (schema.type === 'boolean') {
    const checked = (value ?? schema.default) === true;
    return <Check label={name} checked={checked} onChange={onChange} />;
  }
  const text = schema.default === undefined ? '' : JSON.stringify(schema.default).replaceAll('"', '');
  if (schema.enum !== undefined) {
    const options = schema.enum.map(String);
    return (
      <SelectField
        label={name}
        problem={problem}
        value={String(value ?? schema.default ?? options[0])}
        options={options}
        onChange={onChange}
      />
    );
  }
  return (
    <TextField
      label={name}
      hint={schema.description}
      problem={problem}
      placeholder={text}
      value={value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value)}
      onInput={(given) => onChange(parsed(given))}
    />
  );
}

/** 3, [3, 3], true, same */
function parsed(text: string): unknown {
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
