// Strided slice: every step[i]-th element from start[i] (inclusive) to end[i] (exclusive) along each axis.

import { ShapeError } from '../../errors.ts';
import type { Op } from '../op.ts';

export interface SliceAttrs {
  readonly start: readonly number[];
  readonly end: readonly number[];
  readonly step: readonly number[];
}

export const slice: Op<SliceAttrs> = {
  name: 'slice',
  infer(inputs, attrs) {
    const { start, end, step } = attrs;
    const [input] = inputs;
    const inside = end.every(
      (to, axis) => start[axis]! >= 0 && start[axis]! <= to && to <= input!.shape[axis]!,
    );
    if (end.length !== input!.shape.length || !inside) {
      throw new ShapeError('slice', [input!.shape, start, end], 'start ≤ end must lie inside the shape');
    }
    return {
      shape: end.map((to, axis) => Math.ceil((to - start[axis]!) / step[axis]!)),
      dtype: input!.dtype,
    };
  },
  gradient: (f, y, gy) => {
    const { start, step } = y.attrs;
    const after = y.inputs[0]!.shape.map(
      (size, axis) => size - (start[axis]! + (y.shape[axis]! - 1) * step[axis]! + 1),
    );
    return [f.pad(gy, start, after, step)];
  },
  meaning: {
    kind: 'movement',
    element: (t, index) => {
      const { start, step } = t.attrs;
      return index.map((i, axis) => start[axis]! + i * step[axis]!);
    },
    source: (t, index) => {
      const { start, step } = t.attrs;
      return index.map(({ coefficients, offset }, axis) => ({
        coefficients: coefficients.map((c) => c * step[axis]!),
        offset: start[axis]! + offset * step[axis]!,
      }));
    },
  },
  cases: [
    { shapes: [[7]], attrs: { start: [2], end: [5], step: [1] } },
    { shapes: [[4, 6]], attrs: { start: [1, 0], end: [4, 5], step: [1, 1] } },
    { shapes: [[5, 9]], attrs: { start: [0, 1], end: [5, 9], step: [2, 3] } },
  ],
};
