import { add, div, mul, sub } from '#engine/functions.ts';
import { Betas, momentSlots, moments } from './moments.ts';
import { decayed, defineOptimizer, rate } from './optimizer.ts';

interface Schedule {
  readonly betas: readonly [number, number];
  readonly momentum_decay: number;
}

/** μₜ = β₁ (1 − ½ · 0.96^(t · momentum_decay)) */
function momentum({ betas, momentum_decay }: Schedule, step: number): number {
  return betas[0] * (1 - 0.5 * 0.96 ** (step * momentum_decay));
}

/** Running product of each job's momenta. A cache: its content is a pure function of arguments and step. */
const products = new WeakMap<Schedule, { step: number; product: number }>();

/** Below this, 1 − product rounds to 1. */
const NOTHING = 2 ** -54;

/** μ₁ · … · μₜ, until it is negligible beside 1. Steps are consecutive, so each costs one more factor. */
function product(args: Schedule, step: number): number {
  const known = products.get(args);
  let from = known !== undefined && known.step <= step ? known : { step: 0, product: 1 };
  while (from.step < step && from.product > NOTHING)
    from = { step: from.step + 1, product: from.product * momentum(args, from.step + 1) };
  products.set(args, { ...from, step });
  return from.product;
}

// As torch.optim.NAdam (Dozat, "Incorporating Nesterov momentum into Adam", 2016), step t = 1, 2, …:
//   g ← g + weight_decay · θ
//   m ← β₁ m + (1 − β₁) g          v ← β₂ v + (1 − β₂) g²
//   θ ← θ − lr · ((1 − μₜ)/(1 − Πₜ) · g + μₜ₊₁/(1 − Πₜ₊₁) · m) / (√v / √(1 − β₂ᵗ) + ε)       with Πₜ = μ₁ · … · μₜ
export const NAdam = defineOptimizer({
  type: 'NAdam',
  help: 'Adam with Nesterov momentum',
  args: {
    lr: rate('Learning rate', 0.002),
    betas: Betas,
    eps: rate('Added to the denominator for numerical stability', 1e-8),
    weight_decay: rate('Weight decay as L2 regularization', 0),
    momentum_decay: rate('Speed at which the momentum reaches its full value', 0.004),
  },
  slots: momentSlots,
  scalars: () => ['gradient_size', 'momentum_size', 'inverse_root_correction'],
  scalarsAt(args, step, lr) {
    const now = momentum(args, step);
    const next = momentum(args, step + 1);
    const sofar = product(args, step);
    return [
      (lr * (1 - now)) / (1 - sofar),
      (lr * next) / (1 - sofar * next),
      1 / Math.sqrt(1 - args.betas[1] ** step),
    ];
  },
  update(args, update) {
    const { theta, scalar } = update;
    const g = decayed(args, update);
    const { m, deviation } = moments(args, g, scalar('inverse_root_correction'), update);
    const ahead = add(mul(scalar('gradient_size'), g), mul(scalar('momentum_size'), m));
    return sub(theta, div(ahead, deviation));
  },
});
