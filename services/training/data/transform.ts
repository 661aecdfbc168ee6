// What is done to the inputs before the network sees them. Fitted on the training rows alone, in doubles, and kept with
// the model, so that predict does the same to raw inputs.

import { z } from 'zod';
import type { Column } from '#contracts/dataset.ts';
import type { InputPreprocess } from '#contracts/training.ts';
import { indicatorsOf } from './encode.ts';
import type { TableNumbers } from './numbers.ts';

/** White. */
export const BYTE_MAX = 255;

/** For each number of a sample: what stands for it where it is missing (NaN). Left out where none is. */
const fill = z.array(z.number()).optional();

/** standardize: (x − mean) / std for each number of a sample; scale: x / divisor. */
export const Transform = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('none'), fill }),
  z.object({ kind: z.literal('scale'), divisor: z.number(), fill }),
  z.object({ kind: z.literal('standardize'), mean: z.array(z.number()), std: z.array(z.number()), fill }),
]);
export type Transform = z.infer<typeof Transform>;

/**
 * `inputs` is [samples, width]; `rows` are those to learn from.
 * @param columns what the numbers of a sample come from, where that is known: 0 and 1 of a category stay as they are
 */
export function fitTransform(
  kind: InputPreprocess,
  inputs: TableNumbers,
  width: number,
  rows: Int32Array,
  columns?: readonly Column[],
): Transform {
  if (columns === undefined) return fitWhole(kind, inputs, width, rows);
  const { fill, complete } = filled(inputs, width, rows);
  const fitted = fitWhole(kind, complete, width, rows);
  if (fitted.kind === 'standardize') {
    for (const i of indicatorsOf(columns)) {
      fitted.mean[i] = 0;
      fitted.std[i] = 1;
    }
  }
  return fill === null ? fitted : { ...fitted, fill };
}

/** The means of what the rows hold, and the table with them where it holds nothing; null where nothing is missing. */
function filled(inputs: TableNumbers, width: number, rows: Int32Array) {
  if (inputs.every((value) => !Number.isNaN(value))) return { fill: null, complete: inputs };
  const fill = Array.from({ length: width }, (_, i) => {
    const present = rows.filter((row) => !Number.isNaN(inputs[row * width + i]!));
    return present.reduce((mean, row) => mean + inputs[row * width + i]! / present.length, 0);
  });
  return { fill, complete: Float64Array.from(inputs, (x, at) => (Number.isNaN(x) ? fill[at % width]! : x)) };
}

function fitWhole(kind: InputPreprocess, inputs: TableNumbers, width: number, rows: Int32Array): Transform {
  if (kind === 'none') return { kind };
  if (kind === 'scale') return { kind, divisor: BYTE_MAX };
  // Twice: the second pass takes away what rounding left of the first, so that a constant column has its mean exactly.
  const mean = new Float64Array(width);
  for (let pass = 0; pass < 2; pass++) {
    const left = new Float64Array(width);
    for (const row of rows) {
      for (let i = 0; i < width; i++) left[i]! += (inputs[row * width + i]! - mean[i]!) / rows.length;
    }
    for (let i = 0; i < width; i++) mean[i]! += left[i]!;
  }
  // From the deviations: the sum of squares minus the square of the sum would cancel where the mean is large.
  const variance = new Float64Array(width);
  for (const row of rows) {
    for (let i = 0; i < width; i++) variance[i]! += (inputs[row * width + i]! - mean[i]!) ** 2 / rows.length;
  }
  const std = Array.from(variance, (value, i) => {
    // A constant column's deviations are only the rounding of its mean: it becomes 0, not noise.
    const rounding = Math.abs(mean[i]!) * rows.length * Number.EPSILON;
    return value <= rounding ** 2 ? 1 : Math.sqrt(value);
  });
  return { kind, mean: [...mean], std };
}

/**
 * [samples, width] as the network sees it.
 * @param out where it goes, as long as the inputs
 */
export function applyTransform(
  transform: Transform,
  inputs: TableNumbers,
  width: number,
  out = new Float32Array(inputs.length),
): Float32Array {
  const { fill } = transform;
  if (fill !== undefined) {
    const complete = Float64Array.from(inputs, (x, at) => (Number.isNaN(x) ? fill[at % width]! : x));
    return applyTransform({ ...transform, fill: undefined }, complete, width, out);
  }
  if (transform.kind === 'none') out.set(inputs);
  else if (transform.kind === 'scale') {
    const { divisor } = transform;
    for (let i = 0; i < out.length; i++) out[i] = inputs[i]! / divisor;
  } else {
    const { mean, std } = transform;
    for (let start = 0; start < inputs.length; start += width) {
      for (let i = 0; i < width; i++) out[start + i] = (inputs[start + i]! - mean[i]!) / std[i]!;
    }
  }
  return out;
}
