// Reverses some axes.

import type { Op } from '../op.ts';

export interface FlipAttrs {
  readonly axes: readonly number[];
}

export const flip: Op<FlipAttrs> = {
  name: 'flip',
  infer: (inputs) => ({ shape: inputs[0]!.shape, dtype: inputs[0]!.dtype }),
  gradient: (f, y, gy) => [f.flip(gy, y.attrs.axes)],
  meaning: {
    kind: 'movement',
    element: (t, index) => index.map((i, axis) => (t.attrs.axes.includes(axis) ? t.shape[axis]! - 1 - i : i)),
    source: (t, index) =>
      index.map((affine, axis) =>
        t.attrs.axes.includes(axis)
          ? { coefficients: affine.coefficients.map((c) => -c), offset: t.shape[axis]! - 1 - affine.offset }
          : affine,
      ),
  },
  cases: [
    { shapes: [[5]], attrs: { axes: [0] } },
    { shapes: [[3, 4, 6]], attrs: { axes: [1, 2] } },
  ],
};
