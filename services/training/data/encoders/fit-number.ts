// Fits encoders of numbers on the training rows, in doubles, as scikit-learn defines them: SimpleImputer, StandardScaler, MinMaxScaler,
// RobustScaler, QuantileTransformer.

import type { Column } from '#contracts/datasets/dataset.ts';
import type { NumberPreprocess } from '#contracts/training/column-preprocess.ts';
import { yearOf } from '../formats/dates.ts';
import { quantileOf } from '../quantile.ts';
import { BYTE_MAX } from '../transform.ts';
import { clipped, logOf, type NumberEncoder } from './encoder.ts';

/** QuantileTransformer's n_quantiles. */
const QUANTILES = 100;

/**
 * @param values raw values of the training rows
 * @param holes whether missing values must be handled, as when some row of the table has one
 */
export function fitNumber(
  column: Column,
  how: NumberPreprocess,
  values: Float64Array,
  holes: boolean,
): NumberEncoder {
  const present = values.filter((value) => !Number.isNaN(value));
  const fill = holes ? fillOf(how, present) : null;
  const complete = fill === null ? values : values.map((value) => (Number.isNaN(value) ? fill : value));
  const common = { fill, indicator: how.indicator };
  if (column.type === 'datetime') {
    const parts = column.parts ?? ['year'];
    return { kind: 'datetime', ...common, parts, ...fitScale(how, complete.map(yearOf)) };
  }
  const clip = clipOf(how, present);
  return {
    kind: 'number',
    ...common,
    clip,
    ...fitScale(
      how,
      complete.map((value) => clipped(value, clip)),
    ),
  };
}

function fillOf({ missing }: NumberPreprocess, present: Float64Array): number {
  if (typeof missing === 'number') return missing;
  if (present.length === 0) return 0;
  if (missing === 'mean') return present.reduce((mean, value) => mean + value / present.length, 0);
  const sorted = present.toSorted();
  if (missing === 'median') return quantileOf(sorted, 0.5);
  // The smallest of the most frequent values.
  let [best, most] = [sorted[0]!, 0];
  for (let start = 0; start < sorted.length; ) {
    let end = start + 1;
    while (end < sorted.length && sorted[end] === sorted[start]) end++;
    if (end - start > most) [best, most] = [sorted[start]!, end - start];
    start = end;
  }
  return best;
}

function clipOf({ clip }: NumberPreprocess, present: Float64Array): [number, number] | null {
  if (clip === null || typeof clip !== 'number') return clip;
  if (present.length === 0) return null;
  const sorted = present.toSorted();
  return [quantileOf(sorted, clip), quantileOf(sorted, 1 - clip)];
}

function fitScale({ scale }: NumberPreprocess, values: Float64Array) {
  const plain = { log: false, center: 0, scale: 1, quantiles: null };
  switch (scale) {
    case 'none':
      return plain;
    case 'bytes':
      return { ...plain, scale: BYTE_MAX };
    case 'standardize':
      return { ...plain, ...standard(values) };
    case 'log':
      return { ...plain, ...standard(values.map(logOf)), log: true };
    case 'min_max': {
      const [min, max] = [Math.min(...ends(values)), Math.max(...ends(values))];
      return { ...plain, center: min, scale: max - min || 1 };
    }
    case 'robust': {
      const sorted = values.toSorted();
      const width = quantileOf(sorted, 0.75) - quantileOf(sorted, 0.25);
      return { ...plain, center: quantileOf(sorted, 0.5), scale: width || 1 };
    }
    case 'quantile': {
      const sorted = values.toSorted();
      const count = Math.min(QUANTILES, values.length);
      const quantiles = Array.from({ length: count }, (_, i) =>
        quantileOf(sorted, i / Math.max(1, count - 1)),
      );
      return { ...plain, quantiles };
    }
  }
}

const ends = (values: Float64Array) =>
  values.reduce(([min, max], value) => [Math.min(min!, value), Math.max(max!, value)], [
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ] as number[]);

/** Bit-identical to the transform of an all-numeric table. */
export function standard(values: Float64Array): { center: number; scale: number } {
  const count = values.length;
  // Two passes: the second removes the rounding error of the first, so that the mean of a constant is exact.
  let center = 0;
  for (let pass = 0; pass < 2; pass++) {
    let left = 0;
    for (const value of values) left += (value - center) / count;
    center += left;
  }
  let variance = 0;
  for (const value of values) variance += (value - center) ** 2 / count;
  // The deviations of a constant are only the rounding error of its mean.
  const rounding = Math.abs(center) * count * Number.EPSILON;
  return { center, scale: variance <= rounding ** 2 ? 1 : Math.sqrt(variance) };
}
