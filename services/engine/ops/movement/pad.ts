// Pads with zeros: before[i] and after[i] at the ends of each axis, and step[i] − 1 between neighbors.

import { ShapeError } from '../../errors.ts';
import { stridesOf } from '../../shape.ts';
import type { Op } from '../op.ts';

export interface PadAttrs {
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly step: readonly number[];
}

export const pad: Op<PadAttrs> = {
  name: 'pad',
  infer(inputs, attrs) {
    const { before, after, step } = attrs;
    const [input] = inputs;
    if ([before, after, step].some((list) => list.length !== input!.shape.length)) {
      throw new ShapeError(
        'pad',
        [input!.shape, before, after, step],
        'before, after and step need one number an axis',
      );
    }
    const shape = input!.shape.map(
      (size, axis) => before[axis]! + (size - 1) * step[axis]! + 1 + after[axis]!,
    );
    return { shape, dtype: input!.dtype };
  },
  gradient: (f, y, gy) => {
    const { before, step } = y.attrs;
    const { shape } = y.inputs[0]!;
    const end = shape.map((size, axis) => before[axis]! + (size - 1) * step[axis]! + 1);
    return [f.slice(gy, before, end, step)];
  },
  meaning: {
    kind: 'assemble',
    regions: (t) => {
      const { before, step } = t.attrs;
      const strides = stridesOf(t.shape);
      return [
        {
          offset: before.reduce((sum, count, axis) => sum + count * strides[axis]!, 0),
          strides: strides.map((stride, axis) => stride * step[axis]!),
        },
      ];
    },
  },
  cases: [
    { shapes: [[3]], attrs: { before: [2], after: [1], step: [1] } },
    { shapes: [[2, 3]], attrs: { before: [0, 1], after: [2, 0], step: [1, 3] } },
  ],
};
