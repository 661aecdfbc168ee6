// The columns of a series: the target is one more column, whose past is an input like any other.

import type { Column, DatasetInfo } from '#contracts/datasets/dataset.ts';
import type { RenderedSeries } from '#contracts/training/series.ts';
import type { RenderedPreprocess } from '#contracts/training/training.ts';
import { keptColumns } from '../data/columns/kept-columns.ts';
import { type Planned, plannedInputs } from '../data/encoders/inputs.ts';
import { planned } from '../data/encoders/plan.ts';
import type { StoredTable } from '../data/table.ts';

/** The columns that the table stores, the target last. Null for arrays. */
export function seriesColumns(info: DatasetInfo): Column[] | null {
  const kept = keptColumns(info);
  const { name, labels } = info.target;
  if (kept === null || name === null || info.target.shape.length > 0) return null;
  const target: Column =
    labels === null
      ? { name, type: 'number', missing: 0 }
      : { name, type: 'category', missing: 0, categories: labels };
  return [...kept, target];
}

/** Raw values [rows, columns], in the order of `seriesColumns`. */
export function seriesValues({ info, inputs, targets }: StoredTable): Float64Array {
  const width = inputs.length / info.samples;
  const values = new Float64Array(info.samples * (width + 1));
  for (let row = 0; row < info.samples; row++) {
    values.set(inputs.subarray(row * width, (row + 1) * width), row * (width + 1));
    values[row * (width + 1) + width] = targets[row]!;
  }
  return values;
}

/** Preprocessing of each column that the network sees; `preprocess` is that of a series, which names all of them. */
export function seriesPlan(
  columns: readonly Column[],
  { columns: how }: Pick<RenderedPreprocess, 'columns'>,
): Planned[] {
  return columns
    .filter(({ name }) => how?.[name] !== undefined)
    .map((column) => planned(column, how![column.name]!));
}

/** The input columns; the id and the time only if they are in `said` (the time also if it is known in advance). */
export function inputColumns(
  columns: readonly Column[],
  { id, time, future }: RenderedSeries,
  said: ReadonlySet<string>,
): Column[] {
  return columns.filter(({ name }) => {
    if (name === id) return said.has(name);
    return !time.includes(name) || said.has(name) || future.includes(name);
  });
}

/** Names of the numbers in one row of a window: first those of the row itself, then those known in advance for the row `horizon` later. */
export function featureNames(plan: readonly Planned[], { future, horizon }: RenderedSeries): string[] {
  const ahead = plan.filter(({ column }) => future.includes(column.name));
  return [
    ...plan.flatMap(plannedInputs),
    ...ahead.flatMap(plannedInputs).map((name) => `${name}+${horizon}`),
  ];
}
