// A rectangular part: from start[i] up to, not including, end[i] along each axis.

import { ShapeError } from '../errors.ts';
import type { Op } from './op.ts';

export interface SliceAttrs {
  readonly start: readonly number[];
  readonly end: readonly number[];
}

export const slice: Op = {
  name: 'slice',
  infer(inputs, attrs) {
    const { start, end } = attrs as SliceAttrs;
    const input = inputs[0]!;
    const shape = end.map((to, axis) => to - start[axis]!);
    const inside = end.every(
      (to, axis) => start[axis]! >= 0 && start[axis]! <= to && to <= input.shape[axis]!,
    );
    if (end.length !== input.shape.length || !inside) {
      throw new ShapeError('slice', [input.shape, start, end], 'start ≤ end must lie inside the shape');
    }
    return { shape, dtype: input.dtype };
  },
  // Taken of parameters, which are views of one vector and where gradients stop: nothing differentiates through it.
  gradient: null,
  meaning: {
    kind: 'movement',
    element: (t, index) => index.map((i, axis) => i + (t.attrs as SliceAttrs).start[axis]!),
    source: (t, index) =>
      index.map(({ coefficients, offset }, axis) => ({
        coefficients,
        offset: offset + (t.attrs as SliceAttrs).start[axis]!,
      })),
  },
  cases: [
    { shapes: [[7]], attrs: { start: [2], end: [5] } },
    { shapes: [[4, 6]], attrs: { start: [1, 0], end: [4, 5] } },
  ],
};
