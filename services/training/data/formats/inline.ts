// A dataset as JSON arrays: inputs [samples, …shape] and targets [samples, …shape]. The first sample sets the shape; every missing, null,
// text or non-finite number and every row of another size is reported by path.

import type { InlineDataset } from '#contracts/datasets/dataset.ts';
import { type Detail, problemOf } from '#contracts/errors.ts';
import { LIMITS } from '#contracts/limits.ts';
import { areTexts, readLabels } from '../columns/labels.ts';
import { inputRange, TargetRange } from '../range.ts';
import { previewRows, type ReadTable } from '../table.ts';
import { flattenRows, rowShape } from './flatten.ts';

type Arrays = Pick<InlineDataset, 'inputs' | 'targets'>;

/** @throws Problem */
export function readInline(dataset: Arrays, root = ''): ReadTable {
  const { details, read } = checkInline(dataset, root);
  if (read === null) throw problemOf('invalid_dataset', details);
  return read;
}

/** Either the table or everything (up to a limit) that is wrong with it, under paths that start with `root`. */
export function checkInline(
  { inputs, targets }: Arrays,
  root = '',
): { details: Detail[]; read: ReadTable | null } {
  const path = (name: string) => (root === '' ? name : `${root}.${name}`);
  const details: Detail[] = [];
  if (inputs.length === 0) {
    details.push({ param: path('inputs'), code: 'empty', message: 'there are no samples' });
  }
  if (targets.length !== inputs.length) {
    const message = `${inputs.length} inputs, but ${targets.length} targets: each sample needs one of each`;
    details.push({ param: path('targets'), code: 'size_mismatch', message });
  }
  const x = readRows(inputs, path('inputs'), { scalars: false }, details);
  const y = readTargets(targets, path('targets'), details);
  if (x === null || y === null || details.length > 0) return { details, read: null };

  const range = new TargetRange();
  const perTarget = y.values.length / targets.length;
  for (let i = 0; i < y.values.length; i++) range.add(y.values[i]!, Math.floor(i / perTarget));
  const info = {
    source: 'inline' as const,
    samples: inputs.length,
    input_shape: x.shape,
    input_range: inputRange(x.values),
    features: null,
    target: {
      name: null,
      kind: y.labels === null ? ('numbers' as const) : ('classes' as const),
      shape: y.shape,
      labels: y.labels,
      ...range.info(),
    },
  };
  const shown = Math.min(inputs.length, previewRows(x.values.length / inputs.length));
  const preview = {
    columns: ['inputs', 'targets'],
    rows: Array.from({ length: shown }, (_, i) => [
      inputs[i] as unknown[],
      typeof targets[i] === 'boolean' ? Number(targets[i]) : (targets[i] as string | number | unknown[]),
    ]),
  };
  const table = { info, inputs: x.values, targets: y.values };
  const interpreted = areTexts(targets) ? [{ param: path('targets'), from: 'text', to: told(y.labels) }] : [];
  return { details, read: { info, preview, table, interpreted } };
}

/** Class labels shown at most. */
const MOST_TOLD = 20;

function told(labels: readonly string[] | null): unknown {
  return labels === null ? 'numbers' : { classes: labels.length, labels: labels.slice(0, MOST_TOLD) };
}

function readTargets(targets: readonly unknown[], path: string, details: Detail[]) {
  if (!areTexts(targets)) {
    const rows = readRows(targets, path, { scalars: true }, details);
    return rows && { ...rows, labels: null };
  }
  const read = readLabels(targets, path);
  details.push(...read.details);
  return read.value && { shape: [], ...read.value };
}

function readRows(rows: readonly unknown[], path: string, kind: { scalars: boolean }, details: Detail[]) {
  if (rows.length === 0) return null;
  const shape = rowShape(rows, kind);
  if (typeof shape === 'string') {
    details.push({ param: `${path}[0]`, code: 'invalid_shape', message: shape });
    return null;
  }
  const size = shape.reduce((product, n) => product * n, 1);
  if (size > LIMITS.sampleSize) {
    const message = `${size} numbers per sample, the limit is ${LIMITS.sampleSize}`;
    details.push({ param: `${path}[0]`, code: 'too_big', message });
    return null;
  }
  const flat = flattenRows(rows, path, { shape, because: 'the first sample has' });
  details.push(...flat.details);
  return { shape, values: flat.values };
}
