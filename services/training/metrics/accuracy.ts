import { argmax, constantLike, equal, greater, mean, reshape, scale, sum, toF32 } from '#engine/functions.ts';
import { sizeOf } from '#engine/shape.ts';
import type { Metric } from './metric.ts';

// The share of samples (of yes/no answers, where the output holds several) that are right: the largest logit
// is the right class, or the logit is on the right side of 0.
export const accuracy: Metric = {
  name: 'accuracy',
  help: 'Share of right answers',
  tasks: ['classes', 'binary'],
  record(output, targets, { task, gives }) {
    if (task === 'classes') {
      const right = equal(toF32(argmax(output, 1)), toF32(targets));
      return scale(sum(right), output.shape[0]! / sizeOf(right.shape));
    }
    const answers = greater(output, constantLike(output, gives === 'probabilities' ? 0.5 : 0));
    const wanted = reshape(toF32(targets), output.shape);
    const right = equal(answers, greater(wanted, constantLike(wanted, 0.5)));
    return sum(mean(reshape(right, [output.shape[0]!, sizeOf(output.shape) / output.shape[0]!]), [1]));
  },
  finish: (right, samples) => right / samples,
};
