import { logSoftmax, neg } from '#engine/functions.ts';
import { choices, countedSum, oneHot, scoresOf } from './answers.ts';
import type { Metric } from './metric.ts';

// exp of the mean of −ln p(target class), regardless of the loss's weights or smoothing.
export const perplexity: Metric<number> = {
  name: 'perplexity',
  help: 'The number of equally likely classes that would be as uncertain',
  tasks: ['classes'],
  better: 'min',
  record(batch) {
    const made = choices(batch);
    const scores = made.scores!;
    const logs = batch.loss.definition.gives === 'log_probabilities' ? scores : logSoftmax(scores, 1);
    return countedSum(neg(scoresOf(logs, oneHot(made.wanted, made))), made);
  },
  finish: ([total, count]) => Math.exp(total! / count!),
};
