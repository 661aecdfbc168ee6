// Stretches axes of size 1, and adds axes in front, as numpy's broadcast_to does.

import { ShapeError } from '../../errors.ts';
import { broadcastShapes, type Shape, sameShape } from '../../shape.ts';
import type { Op } from '../op.ts';

export interface BroadcastAttrs {
  readonly shape: Shape;
}

/** For each axis of the input, its axis in the output, or null if it is stretched. */
function axes(input: Shape, output: Shape): (number | null)[] {
  const shift = output.length - input.length;
  return input.map((size, axis) => (size === output[axis + shift] ? axis + shift : null));
}

export const broadcast: Op<BroadcastAttrs> = {
  name: 'broadcast',
  infer(inputs, attrs) {
    const { shape } = attrs;
    const input = inputs[0]!;
    const together = broadcastShapes(input.shape, shape);
    if (together === null || !sameShape(together, shape)) {
      throw new ShapeError('broadcast', [input.shape, shape], 'the first shape must stretch to the second');
    }
    return { shape, dtype: input.dtype };
  },
  // An input element is used many times: its gradient is the sum over those uses.
  gradient: (f, y, gy) => {
    const input = y.inputs[0]!.shape;
    const shift = y.shape.length - input.length;
    const stretched = y.shape.flatMap((size, axis) =>
      axis < shift || input[axis - shift] !== size ? [axis] : [],
    );
    return [f.reshape(f.sum(gy, stretched, true), input)];
  },
  meaning: {
    kind: 'movement',
    element: (t, index) =>
      axes(t.inputs[0]!.shape, t.shape).map((axis) => (axis === null ? 0 : index[axis]!)),
    source: (t, index) =>
      axes(t.inputs[0]!.shape, t.shape).map((axis) =>
        axis === null ? { coefficients: [], offset: 0 } : index[axis]!,
      ),
  },
  cases: [
    { shapes: [[1, 5]], attrs: { shape: [3, 5] } },
    { shapes: [[3, 1]], attrs: { shape: [3, 7] } },
    { shapes: [[]], attrs: { shape: [2, 3] } },
    { shapes: [[4]], attrs: { shape: [3, 4] } },
  ],
};
