// Which rows are learned from, which are held out, and the order in which an epoch visits them: pure functions of the
// seed and the epoch, so a run that goes on after a pause or a crash sees the rows in the same order.

import { permutation, STREAM } from '#engine/random.ts';
import { splitSizes } from '../plan.ts';

export interface Split {
  readonly train: Int32Array;
  readonly validation: Int32Array;
}

/** Held out are rows drawn by the seed, or the last ones where the order of the rows means something (no shuffle). */
export function splitRows(samples: number, validationSplit: number, shuffle: boolean, seed: number): Split {
  const { train } = splitSizes(samples, validationSplit);
  const rows =
    shuffle && validationSplit > 0
      ? permutation(seed, STREAM.split, 0, samples)
      : Int32Array.from({ length: samples }, (_, i) => i);
  return { train: rows.slice(0, train).sort(), validation: rows.slice(train).sort() };
}

/** Row numbers: the training rows as epoch 0, 1, … visits them, then the held-out rows, always in the same order. */
export function epochOrder(
  { train, validation }: Split,
  shuffle: boolean,
  seed: number,
  epoch: number,
): Int32Array {
  const order = new Int32Array(train.length + validation.length);
  if (shuffle) {
    for (const [i, at] of permutation(seed, STREAM.order, epoch, train.length).entries())
      order[i] = train[at]!;
  } else order.set(train);
  order.set(validation, train.length);
  return order;
}
