// Raw inputs in the form that the network takes: transformed numbers, or token ids unchanged. A table of bytes stays one if a single
// division turns a batch of it into the network's inputs.

import type { DatasetInfo } from '#contracts/datasets/dataset.ts';
import type { Detail } from '#contracts/errors.ts';
import type { RenderedPreprocess } from '#contracts/training/training.ts';
import type { TableNumbers } from './data/numbers.ts';
import { applyTransform, BYTE_MAX, rawWidthOf, type Transform } from './data/transform.ts';
import type { Model } from './model/model.ts';
import { sizeOf } from './model/shape.ts';

/** @param values [rows, …input shape], checked: token ids are integers below the vocabulary size */
export function networkInputs(
  model: Model,
  transform: Transform,
  values: TableNumbers,
): Float32Array | Int32Array {
  const width = sizeOf(model.input);
  const length = (values.length / rawWidthOf(transform, width)) * width;
  const out = model.inputType === 'int32' ? new Int32Array(length) : new Float32Array(length);
  networkNumbers(transform, width, values, out);
  return out;
}

/** @param out [rows, width]; Int32 for token ids */
export function networkNumbers(
  transform: Transform,
  width: number,
  values: TableNumbers,
  out: Float32Array | Int32Array,
): void {
  if (out instanceof Float32Array) applyTransform(transform, values, width, out);
  else out.set(transform.kind === 'columns' ? applyTransform(transform, values, width) : values);
}

/** Reports the first invalid token id of each row; `first` is the number of the first row. */
export function checkTokens(model: Model, values: TableNumbers, root: string, first = 0): Detail[] {
  const { vocabulary } = model;
  if (model.inputType !== 'int32') return [];
  const width = sizeOf(model.input);
  const limit = vocabulary ?? 2 ** 31;
  const details: Detail[] = [];
  for (let row = 0; row * width < values.length && details.length < 100; row++) {
    const at = values
      .subarray(row * width, (row + 1) * width)
      .findIndex((value) => !Number.isInteger(value) || value < 0 || value >= limit);
    if (at < 0) continue;
    const message = `token ids are 0 … ${limit - 1}, but there is ${values[row * width + at]} (at position ${at})`;
    details.push({ param: `${root}[${first + row}]`, code: 'out_of_range', message });
  }
  return details;
}

/** How a program stores a table's inputs as bytes; null if it cannot. */
export function bytesOf(
  { input_dtype: dtype }: DatasetInfo,
  { inputs, images }: Pick<RenderedPreprocess, 'inputs' | 'images'>,
): { readonly divisor: number } | null {
  if (dtype !== 'uint8' && dtype !== 'bool') return null;
  if (inputs === 'standardize' || images?.normalize) return null;
  return { divisor: inputs === 'scale' ? BYTE_MAX : 1 };
}
