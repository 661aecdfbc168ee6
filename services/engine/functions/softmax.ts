// Numerically stable compositions: softmax, log-softmax and softplus.

import type { Tensor } from '../tensor.ts';
import { add, detach, div, exp, greater, log, log1p, mul, neg, scale, shift, sub } from './elementwise.ts';
import { constantLike } from './leaves.ts';
import { max, sum } from './reductions.ts';

/** t minus its maximum along `axis`. Softmax does not depend on the shift, so the maximum needs no gradient. */
function belowMax(t: Tensor, axis: number): Tensor {
  return sub(t, detach(max(t, [axis], true)));
}

/** ln softmax along `axis`, shifted by the maximum so that nothing overflows. */
export function logSoftmax(t: Tensor, axis = -1): Tensor {
  const shifted = belowMax(t, axis);
  return sub(shifted, log(sum(exp(shifted), [axis], true)));
}

export function softmax(t: Tensor, axis = -1): Tensor {
  const powers = exp(belowMax(t, axis));
  return div(powers, sum(powers, [axis], true));
}

/**
 * ln(1 + eˣ) = max(x, 0) + ln(1 + e^−|x|), which never overflows. The sign of x is a constant here, so max and |·|
 * take their one-sided slopes at 0, and the derivative of the whole is σ(0) = ½ there, as it should be.
 */
export function softplus(t: Tensor): Tensor {
  const positive = greater(t, constantLike(t, 0));
  const magnitude = mul(shift(scale(positive, 2), -1), t);
  return add(mul(positive, t), log1p(exp(neg(magnitude))));
}
