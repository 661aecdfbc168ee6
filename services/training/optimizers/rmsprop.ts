import { z } from 'zod';
import { add, div, mul, relu, scale, shift, sqrt, sub } from '#engine/functions.ts';
import { decayed, defineOptimizer, maximize, rate, times } from './optimizer.ts';

// As torch.optim.RMSprop (Hinton's lecture; centered: Graves, "Generating sequences with recurrent neural networks", 2013):
//   g ← g + weight_decay · θ
//   v ← α v + (1 − α) g²           a ← α a + (1 − α) g   (centered only)
//   u ← g / (√(v − a²) + ε)        without centered: g / (√v + ε)
//   b ← momentum · b + u           θ ← θ − lr · b        without momentum: θ − lr · u
export const RMSprop = defineOptimizer({
  type: 'RMSprop',
  help: 'Step sizes scaled for each parameter by a running mean of its squared gradient',
  args: {
    lr: rate('Learning rate', 0.01),
    alpha: z.number().min(0).max(1).default(0.99).describe('Decay rate of the running mean square'),
    eps: rate('Added to the denominator for numerical stability', 1e-8),
    weight_decay: rate('Weight decay as L2 regularization', 0),
    momentum: rate('Momentum', 0),
    centered: z
      .boolean()
      .default(false)
      .describe('Centered: scale by the variance instead of the mean square'),
    maximize,
  },
  slots: ({ momentum, centered }) => [
    'square_avg',
    ...(centered ? ['grad_avg'] : []),
    ...(momentum > 0 ? ['momentum_buffer'] : []),
  ],
  withMomentum: (args, momentum) => ({ ...args, momentum }),
  scalars: () => ['lr'],
  scalarsAt: (_, _step, lr) => [lr],
  update(args, update) {
    const { alpha, eps, momentum, centered } = args;
    const { theta, slot, scalar, keep } = update;
    const g = decayed(args, update);
    let size = add(scale(slot('square_avg'), alpha), scale(mul(g, g), 1 - alpha));
    keep('square_avg', size);
    if (centered) {
      const average = add(scale(slot('grad_avg'), alpha), scale(g, 1 - alpha));
      keep('grad_avg', average);
      // A variance is never negative, but with rounding the difference may be.
      size = relu(sub(size, mul(average, average)));
    }
    let step = div(g, shift(sqrt(size), eps));
    if (momentum > 0) {
      step = add(times(slot('momentum_buffer'), update.momentum ?? momentum), step);
      keep('momentum_buffer', step);
    }
    return sub(theta, mul(scalar('lr'), step));
  },
});
