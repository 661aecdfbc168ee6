// Tables of an earlier version, which stored the encoded inputs of a column instead of its raw values.

import type { Column } from '#contracts/datasets/dataset.ts';
import { inputsOf } from './encoders/inputs.ts';
import type { TableNumbers } from './numbers.ts';

/** @param inputs [samples, inputs of all columns] @returns [samples, columns that are not ignored] */
export function rawOfEncoded(columns: readonly Column[], inputs: TableNumbers): Float64Array {
  const kept = columns.filter(({ type }) => type !== 'ignore');
  const widths = kept.map((column) => inputsOf(column).length);
  const width = encodedWidth(columns);
  const samples = inputs.length / width;
  const raw = new Float64Array(samples * kept.length);
  for (let row = 0, from = 0, to = 0; row < samples; row++) {
    for (const [i, { type }] of kept.entries()) {
      raw[to++] = type === 'category' ? inputs.subarray(from, from + widths[i]!).indexOf(1) : inputs[from]!;
      from += widths[i]!;
    }
  }
  return raw;
}

/** Number of inputs in a row. */
export function encodedWidth(columns: readonly Column[]): number {
  return columns.reduce((sum, column) => sum + inputsOf(column).length, 0);
}
