// Largest element over axes, which stay with size 1.

import type { Op } from './op.ts';
import { REDUCE_CASES, type ReduceAttrs, reducedShape } from './reduce.ts';

export const max: Op = {
  name: 'max',
  infer: (inputs, attrs) => ({
    shape: reducedShape(inputs[0]!.shape, (attrs as ReduceAttrs).axes),
    dtype: inputs[0]!.dtype,
  }),
  // The gradient goes to the largest element, in equal shares where several are (torch.amax).
  gradient: (f, y, gy) => {
    const [x] = y.inputs;
    const { axes } = y.attrs as ReduceAttrs;
    const winners = f.equal(x!, f.broadcastTo(y, x!.shape));
    return [f.mul(winners, f.div(gy, f.sum(winners, axes, true)))];
  },
  meaning: { kind: 'reduce', combine: 'max' },
  cases: REDUCE_CASES,
};
