// Permutes axes: axis i of the output is axis order[i] of the input.

import type { Affine } from '../../expression.ts';
import type { Op } from '../op.ts';

export interface PermuteAttrs {
  readonly order: readonly number[];
}

function back<T>(order: readonly number[], index: readonly T[]): T[] {
  const out = new Array<T>(order.length);
  for (const [axis, from] of order.entries()) out[from] = index[axis]!;
  return out;
}

function inverse(order: readonly number[]): number[] {
  return back(order, [...order.keys()]);
}

export const permute: Op<PermuteAttrs> = {
  name: 'permute',
  infer(inputs, attrs) {
    const { order } = attrs;
    return { shape: order.map((axis) => inputs[0]!.shape[axis]!), dtype: inputs[0]!.dtype };
  },
  gradient: (f, y, gy) => [f.permute(gy, inverse(y.attrs.order))],
  meaning: {
    kind: 'movement',
    element: (t, index) => back(t.attrs.order, index),
    source: (t, index) => back<Affine>(t.attrs.order, index),
  },
  cases: [
    { shapes: [[3, 5]], attrs: { order: [1, 0] } },
    { shapes: [[2, 3, 5]], attrs: { order: [2, 0, 1] } },
  ],
};
