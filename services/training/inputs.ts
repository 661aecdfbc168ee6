// Raw inputs as the network takes them: transformed numbers, or token numbers as they are. A table of bytes stays one, where
// a batch of it can be made the network's inputs by one division.

import type { DatasetInfo } from '#contracts/dataset.ts';
import type { Detail } from '#contracts/errors.ts';
import type { InputPreprocess } from '#contracts/training.ts';
import type { Executable } from '#engine/backends/backend.ts';
import type { TableNumbers } from './data/numbers.ts';
import { applyTransform, BYTE_MAX, rawWidthOf, type Transform } from './data/transform.ts';
import type { Model } from './model.ts';
import { sizeOf } from './shape.ts';

/** @param values [rows, …input shape], checked: token numbers are whole and below the vocabulary */
export function networkInputs(
  model: Model,
  transform: Transform,
  values: TableNumbers,
): Float32Array | Int32Array {
  if (model.inputType === 'int32' && transform.kind !== 'columns') return Int32Array.from(values);
  const numbers = applyTransform(transform, values, sizeOf(model.input));
  return model.inputType === 'int32' ? Int32Array.from(numbers) : numbers;
}

/** The first token number of each row that no row of the embedding belongs to; `first` is the number of the first row. */
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
    const message = `token numbers are 0 … ${limit - 1}, here is ${values[row * width + at]} (at place ${at})`;
    details.push({ param: `${root}[${first + row}]`, code: 'out_of_range', message });
  }
  return details;
}

/** How a program keeps a table's inputs as bytes; null where it cannot. */
export function bytesOf(
  { input_dtype: dtype }: DatasetInfo,
  preprocess: InputPreprocess,
): { readonly divisor: number } | null {
  if (dtype !== 'uint8' && dtype !== 'bool') return null;
  if (preprocess === 'standardize') return null;
  return { divisor: preprocess === 'scale' ? BYTE_MAX : 1 };
}

/** Numbers that are transformed at once: a table never lies in memory twice as the network takes it. */
const PIECE = 2 ** 20;

/** Puts the inputs into a program that keeps them, as bytes or transformed. */
export function writeInputs(
  executable: Executable,
  model: Model,
  transform: Transform,
  inputs: TableNumbers,
  asBytes: boolean,
): void {
  if (asBytes) {
    executable.write('inputs', inputs instanceof Uint8Array ? inputs : Uint8Array.from(inputs));
    return;
  }
  const width = sizeOf(model.input);
  const raw = rawWidthOf(transform, width);
  const samples = inputs.length / raw;
  const step = Math.max(1, Math.floor(PIECE / width));
  const tokens = model.inputType === 'int32';
  const out = new Float32Array(tokens ? 0 : Math.min(step, samples) * width);
  for (let row = 0; row < samples; row += step) {
    const piece = inputs.subarray(row * raw, (row + step) * raw);
    const numbers = tokens
      ? networkInputs(model, transform, piece)
      : applyTransform(transform, piece, width, out.subarray(0, (piece.length / raw) * width));
    executable.write('inputs', numbers, row * width);
  }
}
