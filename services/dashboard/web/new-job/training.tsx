// How it is trained: loss, optimizer, schedule, and how long.

import type { CatalogEntry } from '#contracts/catalog.ts';
import type { Detail } from '#contracts/errors.ts';
import { Card } from '../parts/card.tsx';
import { Check, SelectField, TextField } from '../parts/field.tsx';
import { type Component, type Draft, problemAt } from './draft.ts';
import { type Schema, SchemaForm } from './schema-form.tsx';

export interface Catalogs {
  layers: CatalogEntry[];
  losses: CatalogEntry[];
  optimizers: CatalogEntry[];
  schedulers: CatalogEntry[];
  metrics: CatalogEntry[];
}

interface Props {
  training: Draft['training'];
  catalogs: Catalogs;
  details: readonly Detail[];
  onChange(training: Draft['training']): void;
}

const NUMBERS = [
  ['epochs', 'Epochs', '10'],
  ['batch_size', 'Batch size', '32'],
  ['validation_split', 'Validation split', '0'],
  ['clip_grad_norm', 'Clip gradient norm', 'none'],
] as const;

const PARTS = [
  ['Loss', 'loss', 'losses'],
  ['Optimizer', 'optimizer', 'optimizers'],
  ['Learning rate schedule', 'scheduler', 'schedulers'],
] as const;

export function Training({ training, catalogs, details, onChange }: Props) {
  const set = (change: object) => onChange({ ...training, ...change });
  const number = (name: string, text: string) => {
    const { [name]: _, ...rest } = training;
    const value = text.trim() === '' ? undefined : Number.isNaN(Number(text)) ? text : Number(text);
    onChange((value === undefined ? rest : { ...rest, [name]: value }) as Draft['training']);
  };
  const metrics = (training.metrics ?? []) as string[];
  return (
    <Card title="Training">
      <div class="fields">
        {NUMBERS.map(([name, title, placeholder]) => (
          <TextField
            key={name}
            label={title}
            inputMode="decimal"
            placeholder={placeholder}
            problem={problemAt(details, `training.${name}`)}
            value={training[name] === undefined || training[name] === null ? '' : String(training[name])}
            onInput={(text) => number(name, text)}
          />
        ))}
      </div>
      {PARTS.map(([kind, at, catalog]) => (
        <Part
          key={at}
          kind={kind}
          at={at}
          value={training[at] ?? null}
          entries={catalogs[catalog]}
          details={details}
          onChange={set}
        />
      ))}
      <fieldset class="plain">
        <legend class="label">Metrics</legend>
        <div class="row" style={{ gap: '2px 16px' }}>
          {catalogs.metrics.map(({ type }) => (
            <Check
              key={type}
              label={type.replaceAll('_', ' ')}
              checked={metrics.includes(type)}
              onChange={(on) =>
                set({ metrics: on ? [...metrics, type] : metrics.filter((it) => it !== type) })
              }
            />
          ))}
        </div>
        {problemAt(details, 'training.metrics', true) !== undefined && (
          <div class="problem">{problemAt(details, 'training.metrics', true)}</div>
        )}
      </fieldset>
    </Card>
  );
}

function Part(props: {
  kind: string;
  at: 'loss' | 'optimizer' | 'scheduler';
  value: Component | null;
  entries: readonly CatalogEntry[];
  details: readonly Detail[];
  onChange(change: object): void;
}) {
  const { kind, at, value, entries, details, onChange } = props;
  const entry = entries.find(({ type }) => type === value?.type);
  const options = entries.map(({ type }) => type);
  return (
    <div class="stack" style={{ gap: '8px' }}>
      <SelectField
        label={kind}
        hint={entry?.help}
        problem={problemAt(details, `training.${at}`)}
        value={value?.type ?? ''}
        options={at === 'scheduler' ? [['', 'None'] as const, ...options] : options}
        onChange={(type) => onChange({ [at]: type === '' ? null : { type } })}
      />
      {entry !== undefined && value !== null && (
        <SchemaForm
          value={value}
          schema={entry.schema as Schema}
          path={`training.${at}`}
          details={details}
          onChange={(changed) => onChange({ [at]: changed })}
        />
      )}
    </div>
  );
}
