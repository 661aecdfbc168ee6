import { equal } from '#engine/functions.ts';
import { choices, countedSum } from './answers.ts';
import type { Metric } from './metric.ts';

// The share of answers that are right: the largest logit is the right class's, or the logit of a yes or no is on the
// right side of 0.
export const accuracy: Metric<number> = {
  name: 'accuracy',
  help: 'Share of right answers',
  tasks: ['classes', 'binary'],
  better: 'max',
  record(batch) {
    const made = choices(batch);
    return countedSum(equal(made.said, made.wanted), made);
  },
  finish: ([right, all]) => right! / all!,
};
