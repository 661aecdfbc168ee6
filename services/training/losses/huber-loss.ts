import { z } from 'zod';
import { abs, constantLike, greater, mul, scale, shift, where } from '#engine/functions.ts';
import { FLOAT32_MAX } from '../data/formats/flatten.ts';
import { differenceLoss } from './number-targets.ts';

// With difference d: d²/2 if |d| < delta, else delta (|d| − delta/2) (Huber, "Robust estimation of a location parameter", 1964).
export const HuberLoss = differenceLoss({
  type: 'HuberLoss',
  help: 'For regression with outliers: squared difference below delta, delta times the absolute difference above',
  args: {
    delta: z
      .number()
      .gt(0, { error: 'must be above 0' })
      .max(FLOAT32_MAX)
      .default(1)
      .describe('Difference beyond which the loss is linear'),
  },
  inUnits: ['delta'],
  apply(difference, { delta }) {
    const magnitude = abs(difference);
    const parabola = scale(mul(difference, difference), 0.5);
    const line = scale(shift(magnitude, -0.5 * delta), delta);
    return where(greater(constantLike(magnitude, delta), magnitude), parabola, line);
  },
});
