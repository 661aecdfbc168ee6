import { z } from 'zod';
import { add, mul, neg, shift, softplus } from '#engine/functions.ts';
import { defineLoss, given, Reduction, reduced } from './loss.ts';
import { besides } from './number-targets.ts';
import { fitsYesOrNo, perPlace } from './yes-or-no.ts';

const listOf = (list: readonly number[] | 'balanced' | null) => (list === 'balanced' ? null : list);

// −p y ln σ(x) − (1 − y) ln(1 − σ(x)), where p is pos_weight. With −ln σ(x) = ln(1 + e^−x) = softplus(−x) and −ln(1 − σ(x)) = x +
// softplus(−x), it is (1 − y) x + (1 + (p − 1) y) softplus(−x), which never overflows.
export const BCEWithLogitsLoss = defineLoss({
  type: 'BCEWithLogitsLoss',
  help: 'For binary targets: cross entropy between sigmoid(output) and targets from 0 to 1',
  args: {
    weight: perPlace('Weight of the losses'),
    reduction: Reduction,
    pos_weight: z
      .union([perPlace('Weight of positives relative to negatives'), z.literal('balanced')])
      .default(null)
      .describe(
        'Weight of positives: one number per element of the output\'s last dimension, or one for all; "balanced": negatives / positives in the training rows',
      ),
  },
  task: 'binary',
  gives: 'logits',
  targetType: 'f32',
  fits: (output, target, refuse, { weight, pos_weight }) =>
    fitsYesOrNo('BCEWithLogitsLoss', output, target, refuse, { weight, pos_weight: listOf(pos_weight) }),
  // "balanced" is replaced by numbers before a program is built: see class-balance.ts.
  constants: ({ weight, pos_weight }) => given({ weight, pos_weight: listOf(pos_weight) }),
  forward(output, targets, { weight, pos_weight, reduction }, constant) {
    const y = besides(output, targets);
    const no = mul(shift(neg(y), 1), output);
    let either = softplus(neg(output));
    if (pos_weight !== null) either = mul(shift(mul(shift(constant('pos_weight'), -1), y), 1), either);
    const losses = add(no, either);
    return reduced(weight === null ? losses : mul(losses, constant('weight')), reduction);
  },
});
