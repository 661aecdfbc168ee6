import { z } from 'zod';
import { div, mul, sub } from '#engine/functions.ts';
import { Betas, momentSlots, moments, withFirstBeta } from './moments.ts';
import { decayed, defineOptimizer, maximize, rate } from './optimizer.ts';

// As torch.optim.Adam (Kingma and Ba, "Adam: a method for stochastic optimization", 2015), step t = 1, 2, …:
//   g ← g + weight_decay · θ
//   m ← β₁ m + (1 − β₁) g          v ← β₂ v + (1 − β₂) g²
//   θ ← θ − lr/(1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε)
// With amsgrad, the denominator uses the largest v so far.
export const Adam = defineOptimizer({
  type: 'Adam',
  help: 'Step sizes scaled for each parameter by the running mean and variance of its gradient',
  args: {
    lr: rate('Learning rate', 0.001),
    betas: Betas,
    eps: rate('Added to the denominator for numerical stability', 1e-8),
    weight_decay: rate('Weight decay as L2 regularization', 0),
    amsgrad: z.boolean().default(false).describe('Use the maximum of all past variances'),
    maximize,
  },
  slots: momentSlots,
  withMomentum: withFirstBeta,
  scalars: () => ['step_size', 'inverse_root_correction'],
  scalarsAt: ({ betas }, step, lr) => [lr / (1 - betas[0] ** step), 1 / Math.sqrt(1 - betas[1] ** step)],
  update(args, update) {
    const { m, deviation } = moments(
      args,
      decayed(args, update),
      update.scalar('inverse_root_correction'),
      update,
    );
    return sub(update.theta, mul(update.scalar('step_size'), div(m, deviation)));
  },
});
