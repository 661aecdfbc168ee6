// Held-out samples: validation (measured after every epoch) and test (measured once at the end).

import type { Dataset } from '#contracts/datasets/dataset.ts';
import type { Detail } from '#contracts/errors.ts';
import { SelectField } from '../parts/field.tsx';
import { type Draft, problemAt } from './draft.ts';
import { NumberField } from './number-field.tsx';

type Training = Draft['training'];
type Given = {
  fraction?: unknown;
  by?: string;
  stratify?: unknown;
  dataset?: string;
  column?: string;
  fold?: unknown;
  folds?: unknown;
};

/** The setting as the form shows it; `validation_split` is shorthand for an unstratified fraction. */
function givenOf(training: Training, part: 'validation' | 'test'): Given | null {
  const given = training[part] as Given | null | undefined;
  if (given !== null && given !== undefined) return given;
  const share = part === 'validation' ? training.validation_split : undefined;
  if (share === undefined || share === 0) return null;
  return { fraction: share, by: training.shuffle === false ? 'last' : 'random', stratify: false };
}

function kindOf(given: Given | null): string {
  if (given === null) return 'none';
  if (given.dataset !== undefined) return 'dataset';
  if (given.folds !== undefined) return 'fold';
  return given.by ?? (given.column === undefined ? 'random' : 'column');
}

const START: Readonly<Record<string, Given | null>> = {
  none: null,
  random: { fraction: 0.2 },
  last: { fraction: 0.2, by: 'last' },
  column: { by: 'column' },
  fold: { fold: 1, folds: 5 },
};

export function HeldOut(props: {
  part: 'validation' | 'test';
  training: Training;
  dataset: Dataset | undefined;
  datasets: readonly Dataset[];
  details: readonly Detail[];
  onChange(training: Training): void;
}) {
  const { part, training, dataset, datasets, details, onChange } = props;
  const title = part === 'validation' ? 'Validation' : 'Test';
  const given = givenOf(training, part);
  const kind = kindOf(given);
  const path = `training.${part}`;
  const set = (value: Given | null) => {
    const { validation_split: split, ...rest } = training;
    onChange({
      ...rest,
      ...(part === 'test' && split !== undefined ? { validation_split: split } : {}),
      [part]: value,
    });
  };
  const others = datasets.filter(({ id }) => id !== dataset?.id);
  const marked = dataset?.split?.[part] ?? 0;
  const kinds = [
    ['none', marked > 0 ? `The ${marked} marked by the dataset` : 'None'],
    ['random', 'A random fraction'],
    ['last', 'A fraction, the last samples'],
    ...(part === 'validation' ? [['fold', 'One of several folds']] : []),
    ...(dataset?.split !== undefined || kind === 'column' ? [['column', 'Marked by a column']] : []),
    ...(others.length > 0 || kind === 'dataset' ? [['dataset', 'Another dataset']] : []),
  ] as [string, string][];
  return (
    <div class="fields">
      <SelectField
        label={title}
        hint={part === 'validation' ? 'Measured after every epoch' : 'Measured once, at the end'}
        problem={
          problemAt(details, path) ??
          (part === 'validation' ? problemAt(details, 'training.validation_split') : undefined)
        }
        value={kind}
        options={kinds}
        onChange={(to) => set(to === 'dataset' ? { dataset: others[0]?.id ?? '' } : (START[to] ?? null))}
      />
      {(kind === 'random' || kind === 'last') && (
        <NumberField
          label={`${title} share`}
          value={given?.fraction}
          placeholder="0.2"
          problem={problemAt(details, `${path}.fraction`)}
          onChange={(fraction) => set({ ...given, fraction })}
        />
      )}
      {kind === 'fold' &&
        (['fold', 'folds'] as const).map((key) => (
          <NumberField
            key={key}
            label={key === 'fold' ? 'Fold, counted from 1' : 'Number of folds'}
            value={given?.[key]}
            problem={problemAt(details, `${path}.${key}`)}
            onChange={(value) => set({ ...given, [key]: value })}
          />
        ))}
      {(kind === 'random' || kind === 'fold') && (
        <SelectField
          label={`${title} strata`}
          hint="Whether to keep class proportions; auto: if the targets are classes"
          problem={problemAt(details, `${path}.stratify`)}
          value={String(given?.stratify ?? 'auto')}
          options={[
            ['auto', 'auto'],
            ['true', 'Yes'],
            ['false', 'No'],
          ]}
          onChange={(to) => set({ ...given, stratify: to === 'auto' ? 'auto' : to === 'true' })}
        />
      )}
      {kind === 'dataset' && (
        <SelectField
          label={`${title} dataset`}
          problem={problemAt(details, `${path}.dataset`)}
          value={given?.dataset ?? ''}
          options={others.map(({ id, name }) => [id, name ?? id] as const)}
          onChange={(id) => set({ dataset: id })}
        />
      )}
    </div>
  );
}
