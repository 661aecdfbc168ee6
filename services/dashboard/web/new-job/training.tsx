// Training settings: loss, optimizer, schedule, epochs, batch size and metrics.

import type { CatalogEntry } from '#contracts/catalog.ts';
import type { Dataset } from '#contracts/datasets/dataset.ts';
import type { Detail } from '#contracts/errors.ts';
import type { JobReport } from '#contracts/jobs/job-report.ts';
import { count } from '../format.ts';
import { Card } from '../parts/card.tsx';
import { Check, SelectField } from '../parts/field.tsx';
import { type Component, type Draft, problemAt } from './draft.ts';
import { EarlyStopping } from './early-stopping.tsx';
import { HeldOut } from './held-out.tsx';
import { Metrics } from './metrics.tsx';
import { NumberField } from './number-field.tsx';
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
  dataset: Dataset | undefined;
  datasets: readonly Dataset[];
  details: readonly Detail[];
  report: JobReport | null;
  onChange(training: Draft['training']): void;
}

const NUMBERS = [
  ['epochs', 'Epochs', '10'],
  ['batch_size', 'Batch size', '32'],
] as const;

const MORE_NUMBERS = [
  ['clip_grad_norm', 'Clip gradient norm', 'none'],
  ['clip_grad_value', 'Clip gradient values', 'none'],
  ['accumulate_steps', 'Batches per update', '1'],
  ['max_seconds', 'Time limit in seconds', 'no limit'],
] as const;

const PARTS = [
  ['Loss', 'loss', 'losses'],
  ['Optimizer', 'optimizer', 'optimizers'],
  ['Learning rate schedule', 'scheduler', 'schedulers'],
] as const;

export function Training(props: Props) {
  const { training, catalogs, details, report, onChange } = props;
  const set = (change: object) => onChange({ ...training, ...change });
  const number = ([name, title, placeholder]: readonly [string, string, string]) => (
    <NumberField
      key={name}
      label={title}
      placeholder={placeholder}
      problem={problemAt(details, `training.${name}`)}
      value={training[name]}
      onChange={(value) => {
        const { [name]: _, ...rest } = training;
        onChange((value === undefined ? rest : { ...rest, [name]: value }) as Draft['training']);
      }}
    />
  );
  const held = { training, details, dataset: props.dataset, datasets: props.datasets, onChange };
  const metrics = training.metrics as string[] | undefined;
  const measured = ['loss', ...(metrics ?? report?.training.metrics ?? [])];
  return (
    <Card title="Training" actions={report !== null && <Extent report={report} />}>
      <div class="fields">{NUMBERS.map(number)}</div>
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
      <HeldOut part="validation" {...held} />
      <HeldOut part="test" {...held} />
      <EarlyStopping
        value={training.early_stopping}
        monitors={['val', 'train'].flatMap((part) => measured.map((name) => `${part}_${name}`))}
        details={details}
        onChange={(value) => set({ early_stopping: value })}
      />
      <Metrics
        value={metrics}
        usual={report?.training.metrics ?? []}
        entries={catalogs.metrics}
        details={details}
        onChange={(value) => set({ metrics: value })}
      />
      <details open={MORE_NUMBERS.some(([name]) => problemAt(details, `training.${name}`) !== undefined)}>
        <summary class="small muted">More training settings</summary>
        <div class="fields" style={{ marginTop: '10px' }}>
          {MORE_NUMBERS.map(number)}
          <Check
            label="Shuffle"
            checked={training.shuffle !== false}
            onChange={(on) => set({ shuffle: on })}
          />
          <Check
            label="Drop the last batch if it is smaller"
            checked={training.drop_last === true}
            onChange={(on) => set({ drop_last: on })}
          />
        </div>
      </details>
    </Card>
  );
}

function Extent({ report: { samples, total_steps: steps } }: { report: JobReport }) {
  const parts = [
    `${count(samples.train)} for training`,
    ...(samples.validation > 0 ? [`${count(samples.validation)} for validation`] : []),
    ...(samples.test > 0 ? [`${count(samples.test)} for the test`] : []),
    `${count(steps)} steps`,
  ];
  return <span class="muted small">{parts.join(' · ')}</span>;
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
  const unknown = value === null || entry !== undefined ? [] : [value.type];
  const options = [...unknown, ...entries.map(({ type }) => type)];
  return (
    <div class="stack" style={{ gap: '8px' }}>
      <SelectField
        label={kind}
        hint={entry?.help}
        problem={problemAt(details, `training.${at}`) ?? problemAt(details, `training.${at}.type`)}
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
