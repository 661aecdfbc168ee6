// Job settings other than network and training: name, dataset, preprocessing, device and metadata.

import { useState } from 'preact/hooks';
import type { Dataset, InlineDataset } from '#contracts/datasets/dataset.ts';
import type { Detail } from '#contracts/errors.ts';
import type { JobReport } from '#contracts/jobs/job-report.ts';
import { count, shape } from '../format.ts';
import { Card } from '../parts/card.tsx';
import { SelectField, TextField } from '../parts/field.tsx';
import { type Draft, draftFor, problemAt } from './draft.ts';
import { NumberField, numberOf } from './number-field.tsx';

interface Props {
  draft: Draft;
  datasets: readonly Dataset[];
  details: readonly Detail[];
  report: JobReport | null;
  onChange(part: object): void;
}

const HINTS: Readonly<Record<string, string>> = {
  auto: 'A GPU if one is measured to be faster',
  webgpu: 'A GPU, or the job is rejected',
};

const PREPROCESS = ['standardize', 'scale', 'none'] as const;

export function JobCard(props: Props) {
  const { draft, details, report, onChange } = props;
  const { inputs, ...rest } = preprocessOf(draft.preprocess);
  return (
    <Card title="Job">
      <TextField
        label="Name"
        value={draft.name ?? ''}
        problem={problemAt(details, 'name')}
        onInput={(name) => onChange({ name: name === '' ? undefined : name })}
      />
      <DatasetField {...props} />
      <div class="fields">
        <TextField
          label="Input shape"
          value={draft.model.input.shape.join(', ')}
          problem={problemAt(details, 'model.input', true)}
          onInput={(text) => {
            const sizes = text
              .split(/[\s,×x]+/)
              .filter(Boolean)
              .map(numberOf);
            onChange({ model: { ...draft.model, input: { ...draft.model.input, shape: sizes } } });
          }}
        />
        <SelectField
          label="Inputs are"
          problem={problemAt(details, 'preprocess', true)}
          value={inputs ?? ''}
          options={[
            ['', report === null ? 'auto' : `auto (${SAID[report.preprocess.inputs]})`],
            ...PREPROCESS.map((name) => [name, SAID[name]] as const),
          ]}
          onChange={(name) =>
            onChange({
              preprocess:
                name === '' && Object.keys(rest).length === 0
                  ? undefined
                  : { ...rest, ...(name === '' ? {} : { inputs: name }) },
            })
          }
        />
        <SelectField
          label="Device"
          hint={HINTS[String(draft.device ?? 'auto')]}
          problem={problemAt(details, 'device')}
          value={String(draft.device ?? 'auto')}
          options={['auto', 'cpu', 'webgpu']}
          onChange={(device) => onChange({ device })}
        />
        <NumberField
          label="Seed"
          placeholder="0"
          value={draft.seed}
          problem={problemAt(details, 'seed')}
          onChange={(seed) => onChange({ seed })}
        />
      </div>
      <MetadataField {...props} />
    </Card>
  );
}

const SAID = { standardize: 'standardized', scale: 'divided by 255', none: 'unchanged' };

/** A bare name applies to the inputs; "none" also leaves the targets alone. */
function preprocessOf(given: unknown): { inputs?: string; target?: string } {
  if (given === undefined || given === null) return {};
  if (typeof given !== 'string') return given as { inputs?: string; target?: string };
  return { inputs: given, ...(given === 'none' ? { target: 'none' } : {}) };
}

function MetadataField({ draft, details, onChange }: Props) {
  const pairs = Object.entries((draft.metadata ?? {}) as Record<string, string>);
  const [text, setText] = useState(() => pairs.map((pair) => pair.join('=')).join(', '));
  return (
    <TextField
      label="Metadata"
      placeholder="team=blue, run=3"
      problem={problemAt(details, 'metadata', true)}
      value={text}
      onInput={(given) => {
        setText(given);
        const terms = given.split(',').filter((term) => term.trim() !== '');
        const entries = terms.map((term) => {
          const [key = '', ...value] = term.split('=');
          return [key.trim(), value.join('=').trim()];
        });
        onChange({ metadata: Object.fromEntries(entries) });
      }}
    />
  );
}

function DatasetField({ draft, datasets, details, onChange }: Props) {
  const inline = typeof draft.dataset === 'object' ? (draft.dataset as InlineDataset) : null;
  const here = datasets.find(({ id }) => id === draft.dataset);
  const options = [
    ...(inline === null
      ? []
      : [
          [
            '',
            `${inline.name ?? 'Included in the request'} (${count(inline.inputs.length)} samples)`,
          ] as const,
        ]),
    ...(inline === null && here === undefined
      ? [[String(draft.dataset), String(draft.dataset)] as const]
      : []),
    ...datasets.map(({ id, name, samples }) => [id, `${name ?? id} (${count(samples)} samples)`] as const),
  ];
  return (
    <SelectField
      label="Dataset"
      hint={here === undefined ? undefined : `A sample is ${shape(here.input_shape)}`}
      problem={problemAt(details, 'dataset', true)}
      value={inline === null ? String(draft.dataset) : ''}
      options={options}
      onChange={(id) => {
        const dataset = datasets.find((it) => it.id === id);
        if (dataset !== undefined) onChange(draftFor(dataset));
      }}
    />
  );
}
