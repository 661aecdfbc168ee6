import { z } from 'zod';
import { constantLike, exp, greater, log, mul, scale, sub, sum, where } from '#engine/functions.ts';
import { defineLoss, reduced } from './loss.ts';
import { besides, fitsNumberByNumber } from './number-targets.ts';

// y (ln y − output), with 0 ln 0 = 0; with log_target, the targets are ln y.
export const KLDivLoss = defineLoss({
  type: 'KLDivLoss',
  help: 'For distributions: divergence of the output, log-probabilities (LogSoftmax), from the targets',
  args: {
    reduction: z
      .enum(['mean', 'batchmean', 'sum'])
      .default('mean')
      .describe(
        'Reduction over the elements of the batch; batchmean, over its samples, is the divergence itself',
      ),
    log_target: z.boolean().default(false).describe('The targets are log-probabilities'),
  },
  task: 'distribution',
  gives: 'log_probabilities',
  targetType: 'f32',
  fits(output, target, refuse, { log_target }) {
    if (target.labels !== null) {
      refuse(
        'targets',
        `KLDivLoss takes probabilities, but the target is text of ${target.labels.length} classes`,
      );
      return;
    }
    fitsNumberByNumber('KLDivLoss', output, target, refuse);
    if (!log_target && target.min !== null && target.min < 0) {
      const message = `KLDivLoss takes probabilities, but there is a target ${target.min}`;
      refuse('targets', `${message} (set log_target if they are log-probabilities)`, target.min_row);
    }
  },
  forward(output, targets, { reduction, log_target }) {
    const y = besides(output, targets);
    const zero = constantLike(y, 0);
    const information = log_target ? mul(exp(y), y) : where(greater(y, zero), mul(y, log(y)), zero);
    const losses = sub(information, mul(log_target ? exp(y) : y, output));
    if (reduction === 'batchmean') return scale(sum(losses), 1 / output.shape[0]!);
    return reduced(losses, reduction);
  },
});
