import { equal } from '#engine/functions.ts';
import { choices, countedSum } from './answers.ts';
import type { Metric } from './metric.ts';

// Fraction of correct predictions: the largest logit is the target class's, or a binary logit is on the correct side of 0.
export const accuracy: Metric<number> = {
  name: 'accuracy',
  help: 'Fraction of correct predictions',
  tasks: ['classes', 'binary'],
  better: 'max',
  record(batch) {
    const made = choices(batch);
    return countedSum(equal(made.said, made.wanted), made);
  },
  finish: ([right, all]) => right! / all!,
};
