import { equal, iota, logSoftmax, mul, neg, reshape, sum, toF32 } from '#engine/functions.ts';
import { formatShape } from '../shape.ts';
import { defineLoss, Reduction, reduced } from './loss.ts';

// −ln softmax(output)[target], from logits. The logarithm and the softmax are one step from the largest logit
// down, so it is right at logits of ±100 and beyond.
export const CrossEntropyLoss = defineLoss({
  type: 'CrossEntropyLoss',
  help: 'For one of several classes: −ln of the probability that softmax(output) gives to the right one',
  args: { reduction: Reduction },
  task: 'classes',
  targetType: 'i32',
  fits(output, target, refuse) {
    if (output.length !== 1) {
      refuse('loss', `CrossEntropyLoss takes an output [classes], the model gives ${formatShape(output)}`);
    } else if (target.shape.length !== 0) {
      const given = formatShape(target.shape);
      refuse('targets', `CrossEntropyLoss takes one class index a sample, the targets are ${given}`);
    } else if (target.labels !== null && target.labels.length > output[0]!) {
      const { length } = target.labels;
      refuse(
        'loss',
        `the targets have ${length} classes, the model's output ${formatShape(output)} has fewer`,
      );
    } else if (target.labels === null) {
      const wanted = `CrossEntropyLoss takes class indices 0 to ${output[0]! - 1} (the output has ${output[0]} classes)`;
      if (target.fraction_row !== undefined) {
        refuse('targets', `${wanted}, but not every target is a whole number`, target.fraction_row);
      }
      if (target.min !== null && target.min < 0) {
        refuse('targets', `${wanted}, but there is a target ${target.min}`, target.min_row);
      }
      if (target.max !== null && target.max > output[0]! - 1) {
        refuse('targets', `${wanted}, but there is a target ${target.max}`, target.max_row);
      }
    }
  },
  forward(output, targets, { reduction }) {
    const classes = toF32(iota(output.graph, output.shape, 1));
    const right = equal(classes, reshape(toF32(targets), [output.shape[0]!, 1]));
    return reduced(neg(sum(mul(right, logSoftmax(output)), [1])), reduction);
  },
});
