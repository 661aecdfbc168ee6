// Rows by number: table [V, ...row] and index (i32, any shape) → [...index shape, ...row]. An embedding.

import type { Op } from '../op.ts';

export const gather: Op = {
  name: 'gather',
  infer: (inputs) => ({
    shape: [...inputs[1]!.shape, ...inputs[0]!.shape.slice(1)],
    dtype: inputs[0]!.dtype,
  }),
  // The gradient of a row is the sum over all positions it was copied to.
  gradient: (f, y, gy) => [f.scatter(gy, y.inputs[1]!, y.inputs[0]!.shape[0]!), null],
  meaning: { kind: 'gather' },
  cases: [
    { shapes: [[5, 3], [4]], rows: 5 },
    {
      shapes: [
        [7, 8],
        [2, 3],
      ],
      rows: 7,
    },
    { shapes: [[3], [6]], rows: 3 },
  ],
};

export interface ScatterAttrs {
  readonly rows: number;
}

/** Adds up values [...index shape, ...row] by row number → [rows, ...row], in index order. */
export const scatter: Op<ScatterAttrs> = {
  name: 'scatter',
  infer: (inputs, attrs) => ({
    shape: [attrs.rows, ...inputs[0]!.shape.slice(inputs[1]!.shape.length)],
    dtype: 'f32',
  }),
  gradient: (f, y, gy) => [f.gather(gy, y.inputs[1]!), null],
  meaning: { kind: 'scatter' },
  cases: [
    { shapes: [[4, 3], [4]], attrs: { rows: 5 }, rows: 5 },
    {
      shapes: [
        [2, 3, 9],
        [2, 3],
      ],
      attrs: { rows: 2 },
      rows: 2,
    },
    { shapes: [[6], [6]], attrs: { rows: 3 }, rows: 3 },
  ],
};
