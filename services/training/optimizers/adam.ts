import { z } from 'zod';
import { add, div, maximum, mul, neg, scale, shift, sqrt, sub } from '#engine/functions.ts';
import { defineOptimizer, rate } from './optimizer.ts';

const beta = z.number().min(0).lt(1);

// As torch.optim.Adam (Kingma and Ba, "Adam: a method for stochastic optimization", 2015), step t = 1, 2, …:
//   g ← g + weight_decay · θ
//   m ← β₁ m + (1 − β₁) g          v ← β₂ v + (1 − β₂) g²
//   θ ← θ − lr/(1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε)
// With amsgrad the largest v so far stands below the fraction.
export const Adam = defineOptimizer({
  type: 'Adam',
  help: 'Steps scaled for each parameter by the running mean and variance of its gradient',
  args: {
    lr: rate('Learning rate', 0.001),
    betas: z.tuple([beta, beta]).default([0.9, 0.999]).describe('How slowly mean and variance are forgotten'),
    eps: rate('Added below the fraction, so that it is never a division by 0', 1e-8),
    weight_decay: rate('Pull of every parameter towards 0 (L2)', 0),
    amsgrad: z.boolean().default(false).describe('Never let the variance shrink'),
    maximize: z.boolean().default(false).describe('Climb instead'),
  },
  slots: ({ amsgrad }) => ['exp_avg', 'exp_avg_sq', ...(amsgrad ? ['max_exp_avg_sq'] : [])],
  scalars: () => ['step_size', 'inverse_root_correction'],
  scalarsAt: ({ betas }, step, lr) => [lr / (1 - betas[0] ** step), 1 / Math.sqrt(1 - betas[1] ** step)],
  update({ betas, eps, weight_decay, amsgrad, maximize }, { theta, gradient, slot, scalar, keep }) {
    const [beta1, beta2] = betas;
    let g = maximize ? neg(gradient) : gradient;
    if (weight_decay !== 0) g = add(g, scale(theta, weight_decay));
    const m = add(scale(slot('exp_avg'), beta1), scale(g, 1 - beta1));
    const v = add(scale(slot('exp_avg_sq'), beta2), scale(mul(g, g), 1 - beta2));
    keep('exp_avg', m);
    keep('exp_avg_sq', v);
    let below = v;
    if (amsgrad) {
      below = maximum(slot('max_exp_avg_sq'), v);
      keep('max_exp_avg_sq', below);
    }
    const deviation = shift(mul(sqrt(below), scalar('inverse_root_correction')), eps);
    return sub(theta, mul(scalar('step_size'), div(m, deviation)));
  },
});
