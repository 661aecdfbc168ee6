import { z } from 'zod';
import { logSoftmax } from '#engine/functions.ts';
import { areShares, fitsShares, sharesLikelihood } from './class-shares.ts';
import {
  classArgs,
  countedClasses,
  fitsClasses,
  fitsWeight,
  negativeLogLikelihood,
} from './class-targets.ts';
import { defineLoss, given } from './loss.ts';

// −ln softmax(output)[target], from logits. Log-softmax is one step, shifted by the largest logit, so it is accurate for logits of ±100 and
// beyond.
export const CrossEntropyLoss = defineLoss({
  type: 'CrossEntropyLoss',
  help: 'For classification: negative log-probability of the right class under softmax(output); targets are class indices or class probabilities',
  args: {
    ...classArgs,
    label_smoothing: z
      .number()
      .min(0)
      .max(1)
      .default(0)
      .describe("Fraction of each target's probability spread over all classes"),
  },
  task: 'classes',
  gives: 'logits',
  targetType: 'i32',
  takesShares: true,
  fits(output, target, refuse, args) {
    if (!areShares(output, target.shape)) fitsClasses('CrossEntropyLoss', output, target, refuse, args);
    else {
      if (args.weight === 'balanced')
        refuse(
          'loss',
          '"balanced" weights count the samples of each class, so targets must be class indices, not probabilities',
        );
      fitsWeight(output, args, refuse);
      fitsShares('CrossEntropyLoss', target, refuse);
    }
  },
  // "balanced" is replaced by numbers before a program is built: see class-balance.ts.
  constants: ({ weight }) => given({ weight: weight === 'balanced' ? null : weight }),
  forward(output, targets, args, constant) {
    const logs = logSoftmax(output, 1);
    const weight = args.weight && constant('weight');
    return areShares(output.shape.slice(1), targets.shape.slice(1))
      ? sharesLikelihood(logs, targets, args.reduction, weight, args.label_smoothing)
      : negativeLogLikelihood(logs, targets, args, weight, args.label_smoothing);
  },
  counts: countedClasses,
});
