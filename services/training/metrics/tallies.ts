// Per class, the numbers of correct predictions, of predictions and of occurrences, from which precision, recall and F1 are computed. Each
// is the mean over classes (macro), or over the binary outputs of a sample, omitting those that neither occur nor are predicted.

import { mul, sum } from '#engine/functions.ts';
import type { Tensor } from '#engine/tensor.ts';
import { choices, decisions, oneHot, together } from './answers.ts';
import type { Answered } from './metric.ts';

/** [3 · classes]: correct, predicted, actual */
export function tallies(batch: Answered): Tensor {
  let said: Tensor;
  let wanted: Tensor;
  if (batch.loss.definition.task === 'classes') {
    const made = choices(batch);
    said = oneHot(made.said, made);
    wanted = oneHot(made.wanted, made);
  } else ({ said, wanted } = decisions(batch));
  return together(sum(mul(said, wanted), [0]), sum(said, [0]), sum(wanted, [0]));
}

export function macro(
  sums: readonly number[],
  value: (right: number, said: number, wanted: number) => number,
): number {
  const classes = sums.length / 3;
  let total = 0;
  let present = 0;
  for (let i = 0; i < classes; i++) {
    const [right, said, wanted] = [sums[i]!, sums[classes + i]!, sums[2 * classes + i]!];
    if (said + wanted === 0) continue;
    present++;
    total += value(right, said, wanted);
  }
  return present === 0 ? 0 : total / present;
}
