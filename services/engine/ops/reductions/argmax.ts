// Index of the largest element along one axis, which is kept with size 1; the first one if there are ties.

import type { Op } from '../op.ts';
import { REDUCE_CASES, type ReduceAttrs, reducedShape } from './reduce.ts';

export const argmax: Op<ReduceAttrs> = {
  name: 'argmax',
  infer: (inputs, attrs) => ({
    shape: reducedShape(inputs[0]!.shape, attrs.axes),
    dtype: 'i32',
  }),
  gradient: null,
  meaning: { kind: 'reduce', combine: 'argmax' },
  cases: REDUCE_CASES.filter(({ attrs }) => attrs.axes.length === 1),
};
