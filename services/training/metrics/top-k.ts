import { constant, greater, reshape, sum } from '#engine/functions.ts';
import { choices, countedSum, oneHot, scoresOf } from './answers.ts';
import type { Metric } from './metric.ts';

/** Fraction of answers for which fewer than k classes have a larger logit than the target class. */
export function topK(k: number): Metric<number> {
  return {
    name: `top_${k}`,
    help: `Fraction of samples whose class is among the ${k} with the largest logits (top_1, top_2, …: any number)`,
    tasks: ['classes'],
    better: 'max',
    record(batch) {
      const made = choices(batch);
      const scores = made.scores!;
      const right = scoresOf(scores, oneHot(made.wanted, made));
      const larger = sum(greater(scores, reshape(right, [right.shape[0]!, 1])), [1]);
      return countedSum(greater(constant(larger.graph, k), larger), made);
    },
    finish: ([right, all]) => right! / all!,
    unfit: (output) => (output[0]! > k ? null : `is always 1 with ${output[0]} classes`),
  };
}
