// Raw inputs as the network takes them: transformed numbers, or token numbers as they are.

import type { Detail } from '#contracts/errors.ts';
import type { TableNumbers } from './data/numbers.ts';
import { applyTransform, type Transform } from './data/transform.ts';
import type { Model } from './model.ts';
import { sizeOf } from './shape.ts';

/** @param values [rows, …input shape], checked: token numbers are whole and below the vocabulary */
export function networkInputs(
  model: Model,
  transform: Transform,
  values: TableNumbers,
): Float32Array | Int32Array {
  if (model.inputType === 'int32') return Int32Array.from(values);
  return applyTransform(transform, values, sizeOf(model.input));
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
