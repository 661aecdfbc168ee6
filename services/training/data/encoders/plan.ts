// The preprocessing of each column of a dataset: what the job says, and defaults for the rest.

import type { Column, DatasetInfo } from '#contracts/datasets/dataset.ts';
import {
  CategoryPreprocess,
  NumberPreprocess,
  type RenderedColumn,
  type Scale,
} from '#contracts/training/column-preprocess.ts';
import type { InputPreprocess, RenderedPreprocess } from '#contracts/training/training.ts';
import { keptColumns } from '../columns/kept-columns.ts';
import type { JobInfo } from '../rows/join.ts';
import { blocksOf, type Rows } from '../rows/rows.ts';
import type { Encoder } from './encoder.ts';
import { fitCategory } from './fit-category.ts';
import { fitNumber } from './fit-number.ts';
import { type Planned, plannedInputs } from './inputs.ts';

const SCALES = { standardize: 'standardize', scale: 'bytes', none: 'none' } as const satisfies Record<
  InputPreprocess,
  Scale
>;

/** @param inputs default preprocessing of numbers */
export function usualFor({ type }: Column, inputs: InputPreprocess): RenderedColumn {
  if (type === 'category') return CategoryPreprocess.parse({});
  return NumberPreprocess.parse({ scale: type === 'boolean' ? 'none' : SCALES[inputs] });
}

/** Null if all inputs are numbers and no column has its own preprocessing. */
export function planOf(info: JobInfo, { inputs, columns }: RenderedPreprocess): Planned[] | null {
  // The columns of windows are already encoded.
  if (info.windows !== undefined) return null;
  if (info.columns === undefined && columns === undefined) return null;
  return (
    keptColumns(info)?.map((column) => planned(column, columns?.[column.name] ?? usualFor(column, inputs))) ??
    null
  );
}

export function planned(column: Column, how: RenderedColumn): Planned {
  return column.type === 'category'
    ? { kind: 'category', column, how: how as CategoryPreprocess }
    : { kind: 'number', column, how: how as NumberPreprocess };
}

/** The dataset as the network sees it. */
export function asEncoded<I extends DatasetInfo>(info: I, preprocess: RenderedPreprocess): I {
  const plan = planOf(info, preprocess);
  if (plan === null) return info;
  const features = plan.flatMap(plannedInputs);
  return {
    ...info,
    columns: info.columns ?? plan.map(({ column }) => column),
    input_shape: [features.length],
    features,
  };
}

/** @param inputs raw; `rows` are the training rows */
export function fitPlan(plan: readonly Planned[], inputs: Rows, rows: Int32Array): Encoder[] {
  const holes = holesIn(plan, inputs);
  const columns = columnsOf(inputs, rows);
  return plan.map(({ kind, column, how }, at) => {
    const values = columns.next().value!;
    return kind === 'category'
      ? fitCategory(column, how, values)
      : fitNumber(column, how, values, holes[at]!);
  });
}

/** Per column, whether missing values must be handled: the preprocessing asks for it, or some row has one. */
function holesIn(plan: readonly Planned[], inputs: Rows): boolean[] {
  const holes = plan.map(
    ({ kind, column, how }) =>
      kind === 'category' || column.missing > 0 || how.indicator || how.missing !== 'mean',
  );
  if (holes.every(Boolean)) return holes;
  for (const block of blocksOf(inputs))
    for (let i = 0; i < block.length; i++) if (Number.isNaN(block[i])) holes[i % plan.length] = true;
  return holes;
}

/** Bytes of columns held in memory at once; a larger table takes several passes over its rows. */
const TOGETHER_BYTES = 64 * 2 ** 20;

/** The values of each column in these rows, one column after the other. */
function* columnsOf(inputs: Rows, rows: Int32Array): Generator<Float64Array, undefined> {
  const { width } = inputs;
  const together = Math.max(1, Math.floor(TOGETHER_BYTES / (8 * Math.max(1, rows.length))));
  for (let first = 0; first < width; first += together) {
    const count = Math.min(together, width - first);
    const columns = Array.from({ length: count }, () => new Float64Array(rows.length));
    let row = 0;
    for (const block of blocksOf(inputs, rows)) {
      for (let start = first; start < block.length; start += width, row++) {
        for (let i = 0; i < count; i++) columns[i]![row] = block[start + i]!;
      }
    }
    yield* columns;
  }
}
