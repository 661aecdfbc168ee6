import { mul, reshape, sub, toF32 } from '#engine/functions.ts';
import { formatShape, sizeOf } from '../shape.ts';
import { defineLoss, Reduction, reduced } from './loss.ts';
import { oneNumberEach } from './shapes.ts';

// (output − target)², over all numbers of the batch.
export const MSELoss = defineLoss({
  type: 'MSELoss',
  help: 'For numbers: the mean squared difference of output and target',
  args: { reduction: Reduction },
  task: 'numbers',
  targetType: 'f32',
  fits(output, target, refuse) {
    if (target.labels !== null) {
      refuse('targets', `MSELoss takes numbers, the target is text of ${target.labels.length} classes`);
    } else if (!oneNumberEach(output, target.shape)) {
      const shapes = `the model gives ${formatShape(output)}, the targets are ${formatShape(target.shape)}`;
      const hint = target.shape.length === 0 ? ' (one number a sample: the output must be [1])' : '';
      refuse('loss', `MSELoss compares number by number: ${shapes}${hint}`);
    }
  },
  forward(output, targets, { reduction }) {
    const difference = sub(output, reshape(toF32(targets), output.shape));
    return reduced(reshape(mul(difference, difference), [sizeOf(output.shape)]), reduction);
  },
});
