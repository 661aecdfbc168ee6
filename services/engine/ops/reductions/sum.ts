// Sum over axes, which are kept with size 1. The program fixes the order of the additions, so results are bit-reproducible.

import type { Op } from '../op.ts';
import { REDUCE_CASES, type ReduceAttrs, reducedShape } from './reduce.ts';

export const sum: Op<ReduceAttrs> = {
  name: 'sum',
  infer: (inputs, attrs) => ({
    shape: reducedShape(inputs[0]!.shape, attrs.axes),
    dtype: inputs[0]!.dtype,
  }),
  // d Σx = Σ dx: every element gets the gradient of the sum
  gradient: (f, y, gy) => [f.broadcastTo(gy, y.inputs[0]!.shape)],
  meaning: { kind: 'reduce', combine: 'sum' },
  cases: REDUCE_CASES,
};
