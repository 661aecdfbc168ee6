import { z } from 'zod';
import { abs, constantLike, greater, mul, neg, scale, shift, where } from '#engine/functions.ts';
import { FLOAT32_MAX } from '../data/formats/flatten.ts';
import { differenceLoss } from './number-targets.ts';

// With difference d: d²/(2 beta) if |d| < beta, else |d| − beta/2. With beta 0 it is |d|, with torch's slope of −1 at 0 (L1Loss has 0
// there).
export const SmoothL1Loss = differenceLoss({
  type: 'SmoothL1Loss',
  help: 'For regression with outliers: squared difference below beta, absolute difference above',
  args: {
    beta: z
      .number()
      .min(0)
      .max(FLOAT32_MAX)
      .default(1)
      .describe('Difference beyond which the loss is linear'),
  },
  inUnits: ['beta'],
  apply(difference, { beta }) {
    if (beta === 0)
      return where(greater(difference, constantLike(difference, 0)), difference, neg(difference));
    const magnitude = abs(difference);
    const parabola = scale(mul(difference, difference), 0.5 / beta);
    return where(greater(constantLike(magnitude, beta), magnitude), parabola, shift(magnitude, -0.5 * beta));
  },
});
