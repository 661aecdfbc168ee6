// What is done to each column of a dataset: what the job says, and the usual for the rest.

import {
  CategoryPreprocess,
  NumberPreprocess,
  type RenderedColumn,
  type Scale,
} from '#contracts/column-preprocess.ts';
import type { Column, DatasetInfo } from '#contracts/dataset.ts';
import type { InputPreprocess, RenderedPreprocess } from '#contracts/training.ts';
import type { JobInfo } from '../join.ts';
import { keptColumns } from '../kept-columns.ts';
import type { Encoder } from './encoder.ts';
import { fitCategory } from './fit-category.ts';
import { fitNumber } from './fit-number.ts';
import { type Planned, plannedInputs } from './inputs.ts';

const SCALES = { standardize: 'standardize', scale: 'bytes', none: 'none' } as const satisfies Record<
  InputPreprocess,
  Scale
>;

/** @param inputs what is done to numbers of which nothing else is said */
export function usualFor({ type }: Column, inputs: InputPreprocess): RenderedColumn {
  if (type === 'category') return CategoryPreprocess.parse({});
  return NumberPreprocess.parse({ scale: type === 'boolean' ? 'none' : SCALES[inputs] });
}

/** Null where all inputs are numbers, and none is said to be treated by itself. */
export function planOf(info: JobInfo, { inputs, columns }: RenderedPreprocess): Planned[] | null {
  // The columns of windows are encoded already.
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

/** @param inputs [samples, columns] raw; `rows` are those to learn from */
export function fitPlan(plan: readonly Planned[], inputs: ArrayLike<number>, rows: Int32Array): Encoder[] {
  const width = plan.length;
  return plan.map(({ kind, column, how }, at) => {
    const values = new Float64Array(rows.length);
    for (const [i, row] of rows.entries()) values[i] = inputs[row * width + at]!;
    if (kind === 'category') return fitCategory(column, how, values);
    let holes = column.missing > 0 || how.indicator || how.missing !== 'mean';
    for (let i = at; i < inputs.length && !holes; i += width) holes = Number.isNaN(inputs[i]);
    return fitNumber(column, how, values, holes);
  });
}
