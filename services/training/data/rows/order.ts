// The order in which an epoch visits the rows: a pure function of the seed and the epoch, so that a resumed run visits them in the same
// order.

import { permutation, STREAM } from '#engine/random.ts';
import type { Split } from './split.ts';

/** Row numbers: the training rows in the order of the given epoch (0, 1, …), then the held-out rows, always in the same order. */
export function epochOrder(
  { train, validation, test }: Split,
  shuffle: boolean,
  seed: number,
  epoch: number,
): Int32Array {
  const order = new Int32Array(train.length + validation.length + test.length);
  if (shuffle) {
    for (const [i, at] of permutation(seed, STREAM.order, epoch, train.length).entries())
      order[i] = train[at]!;
  } else order.set(train);
  order.set(validation, train.length);
  order.set(test, train.length + validation.length);
  return order;
}
