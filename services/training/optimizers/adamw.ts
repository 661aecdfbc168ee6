import { z } from 'zod';
import { div, mul, neg, sub } from '#engine/functions.ts';
import { Betas, momentSlots, moments, withFirstBeta } from './moments.ts';
import { defineOptimizer, maximize, rate } from './optimizer.ts';

// As torch.optim.AdamW (Loshchilov and Hutter, "Decoupled weight decay regularization", 2019): Adam without the decay in
// its gradient; instead, before each step, θ ← θ − lr · weight_decay · θ.
export const AdamW = defineOptimizer({
  type: 'AdamW',
  help: 'Adam with decoupled weight decay',
  args: {
    lr: rate('Learning rate', 0.001),
    betas: Betas,
    eps: rate('Added to the denominator for numerical stability', 1e-8),
    weight_decay: rate('Decoupled weight decay, times the learning rate', 0.01),
    amsgrad: z.boolean().default(false).describe('Use the maximum of all past variances'),
    maximize,
  },
  slots: momentSlots,
  withMomentum: withFirstBeta,
  scalars: () => ['step_size', 'inverse_root_correction', 'kept'],
  scalarsAt: ({ betas, weight_decay }, step, lr) => [
    lr / (1 - betas[0] ** step),
    1 / Math.sqrt(1 - betas[1] ** step),
    1 - lr * weight_decay,
  ],
  update(args, update) {
    const { theta, gradient, scalar } = update;
    const g = args.maximize ? neg(gradient) : gradient;
    const { m, deviation } = moments(args, g, scalar('inverse_root_correction'), update);
    return sub(mul(theta, scalar('kept')), mul(scalar('step_size'), div(m, deviation)));
  },
});
