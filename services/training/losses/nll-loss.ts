import { classArgs, countedClasses, fitsClasses, negativeLogLikelihood } from './class-targets.ts';
import { defineLoss, given } from './loss.ts';

// −output[target]. After a LogSoftmax, it equals CrossEntropyLoss on the logits before it.
export const NLLLoss = defineLoss({
  type: 'NLLLoss',
  help: 'For classification: −output of the right class; the output is log-probabilities (LogSoftmax)',
  args: classArgs,
  task: 'classes',
  gives: 'log_probabilities',
  targetType: 'i32',
  fits: (output, target, refuse, args) => fitsClasses('NLLLoss', output, target, refuse, args),
  // "balanced" is replaced by numbers before a program is built: see class-balance.ts.
  constants: ({ weight }) => given({ weight: weight === 'balanced' ? null : weight }),
  forward: (output, targets, args, constant) =>
    negativeLogLikelihood(output, targets, args, args.weight && constant('weight')),
  counts: countedClasses,
});
