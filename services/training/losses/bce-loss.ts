import {
  add,
  constantLike,
  detach,
  div,
  log,
  log1p,
  maximum,
  mul,
  neg,
  shift,
  sub,
} from '#engine/functions.ts';
import type { Tensor } from '#engine/tensor.ts';
import { defineLoss, given, Reduction, reduced } from './loss.ts';
import { besides } from './number-targets.ts';
import { fitsYesOrNo, perPlace } from './yes-or-no.ts';

/** As in torch, ln x is at least −100, … */
const LOWEST_LOG = -100;
/** … and the denominator of the slope (x − y) / (x (1 − x)) is at least this. */
const LEAST_VARIANCE = 1e-12;

const atLeast = (x: Tensor, low: number) => maximum(x, constantLike(x, low));

// −y ln x − (1 − y) ln(1 − x), with torch's bounds at x = 0 and x = 1. torch's slope is not that of the clamped logarithms (0 where they
// are clamped), so it is given explicitly: value + slope · (x − x₀) at x₀ = x.
export const BCELoss = defineLoss({
  type: 'BCELoss',
  help: 'For binary targets: cross entropy between output probabilities (Sigmoid) and targets from 0 to 1',
  args: { weight: perPlace('Weight of the losses'), reduction: Reduction },
  task: 'binary',
  gives: 'probabilities',
  targetType: 'f32',
  fits: (output, target, refuse, { weight }) => fitsYesOrNo('BCELoss', output, target, refuse, { weight }),
  constants: ({ weight }) => given({ weight }),
  forward(output, targets, { weight, reduction }, constant) {
    const y = besides(output, targets);
    const x = detach(output);
    const yes = mul(y, atLeast(log(x), LOWEST_LOG));
    const no = mul(shift(neg(y), 1), atLeast(log1p(neg(x)), LOWEST_LOG));
    const slope = div(sub(x, y), atLeast(mul(x, shift(neg(x), 1)), LEAST_VARIANCE));
    const losses = sub(mul(slope, sub(output, x)), add(yes, no));
    return reduced(weight === null ? losses : mul(losses, constant('weight')), reduction);
  },
});
