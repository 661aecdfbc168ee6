import { z } from 'zod';
import { logSoftmax } from '#engine/functions.ts';
import { classArgs, countedClasses, fitsClasses, negativeLogLikelihood } from './class-targets.ts';
import { defineLoss, given } from './loss.ts';

// −ln softmax(output)[target], from logits. The logarithm and the softmax are one step from the largest logit
// down, so it is right at logits of ±100 and beyond.
export const CrossEntropyLoss = defineLoss({
  type: 'CrossEntropyLoss',
  help: 'For one of several classes: −ln of the probability that softmax(output) gives to the right one',
  args: {
    ...classArgs,
    label_smoothing: z
      .number()
      .min(0)
      .max(1)
      .default(0)
      .describe("Share of each target's probability that is spread over all classes"),
  },
  task: 'classes',
  gives: 'logits',
  targetType: 'i32',
  fits: (output, target, refuse, args) => fitsClasses('CrossEntropyLoss', output, target, refuse, args),
  constants: ({ weight }) => given({ weight }),
  forward: (output, targets, args, constant) =>
    negativeLogLikelihood(
      logSoftmax(output, 1),
      targets,
      args,
      args.weight && constant('weight'),
      args.label_smoothing,
    ),
  counts: countedClasses,
});
