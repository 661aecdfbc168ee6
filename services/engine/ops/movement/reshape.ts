// Reshape: the same elements in row-major order under another shape.

import { ShapeError } from '../../errors.ts';
import type { Affine } from '../../expression.ts';
import { ravel, type Shape, sizeOf, unravel } from '../../shape.ts';
import type { Op } from '../op.ts';

export interface ReshapeAttrs {
  readonly shape: Shape;
}

/**
 * Converts an index of shape `from` to one of shape `to`. Axes of size 1 carry no index; the others must match one to one, or the index is
 * not affine without a division, and the result is null.
 */
export function alignIndex(index: readonly Affine[], from: Shape, to: Shape): Affine[] | null {
  const kept = index.filter((_, axis) => from[axis] !== 1);
  const sizes = from.filter((size) => size !== 1);
  const zero: Affine = { coefficients: [], offset: 0 };
  const out: Affine[] = [];
  let next = 0;
  for (const size of to) {
    if (size === 1) out.push(zero);
    else if (sizes[next] === size) out.push(kept[next++]!);
    else return null;
  }
  return out;
}

export const reshape: Op<ReshapeAttrs> = {
  name: 'reshape',
  infer(inputs, attrs) {
    const { shape } = attrs;
    const input = inputs[0]!;
    if (sizeOf(shape) !== sizeOf(input.shape)) {
      throw new ShapeError('reshape', [input.shape, shape], 'both shapes need the same number of elements');
    }
    return { shape, dtype: input.dtype };
  },
  gradient: (f, y, gy) => [f.reshape(gy, y.inputs[0]!.shape)],
  meaning: {
    kind: 'movement',
    element: (t, index) => unravel(ravel(index, t.shape), t.inputs[0]!.shape),
    source: (t, index) => alignIndex(index, t.shape, t.inputs[0]!.shape),
  },
  cases: [
    { shapes: [[2, 6]], attrs: { shape: [3, 4] } },
    { shapes: [[6]], attrs: { shape: [1, 6, 1] } },
    { shapes: [[2, 3, 4]], attrs: { shape: [6, 4] } },
  ],
};
