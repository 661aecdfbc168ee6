import { z } from 'zod';
import { add, erf, mul, scale, shift, tanh } from '#engine/functions.ts';
import type { Tensor } from '#engine/tensor.ts';
import { elementwise } from './elementwise.ts';

// x Φ(x) with Φ(x) = (1 + erf(x/√2)) / 2, or with Φ(x) ≈ (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2
// (Hendrycks and Gimpel, "Gaussian error linear units", 2016).
function inner(x: Tensor): Tensor {
  const cubic = scale(mul(mul(x, x), x), 0.044715);
  return scale(add(x, cubic), Math.sqrt(2 / Math.PI));
}

export const GELU = elementwise({
  type: 'GELU',
  help: 'x · Φ(x), where Φ is the cumulative distribution function of the standard normal distribution',
  args: {
    approximate: z.enum(['none', 'tanh']).default('none').describe('Φ by erf, or approximated by tanh'),
  },
  apply(x, { approximate }) {
    const curve = approximate === 'tanh' ? tanh(inner(x)) : erf(scale(x, Math.SQRT1_2));
    return mul(scale(x, 0.5), shift(curve, 1));
  },
  shown: ({ approximate }) => ({ approximate }),
});
