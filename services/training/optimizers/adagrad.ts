import { add, div, mul, shift, sqrt, sub } from '#engine/functions.ts';
import { decayed, defineOptimizer, maximize, rate } from './optimizer.ts';

// As torch.optim.Adagrad (Duchi, Hazan and Singer, "Adaptive subgradient methods", 2011), step t = 1, 2, …:
//   g ← g + weight_decay · θ
//   s ← s + g²                     (s begins at initial_accumulator_value)
//   θ ← θ − lr/(1 + (t − 1) lr_decay) · g / (√s + ε)
export const Adagrad = defineOptimizer({
  type: 'Adagrad',
  help: 'Step sizes that shrink for each parameter with its accumulated squared gradients',
  args: {
    lr: rate('Learning rate', 0.01),
    lr_decay: rate('Decay of the learning rate', 0),
    weight_decay: rate('Weight decay as L2 regularization', 0),
    initial_accumulator_value: rate('Initial value of the sum of squares', 0),
    eps: rate('Added to the denominator for numerical stability', 1e-10),
    maximize,
  },
  slots: () => ['sum'],
  initially: ({ initial_accumulator_value }) => ({ sum: initial_accumulator_value }),
  scalars: () => ['step_size'],
  scalarsAt: ({ lr_decay }, step, lr) => [lr / (1 + (step - 1) * lr_decay)],
  update(args, update) {
    const { theta, slot, scalar, keep } = update;
    const g = decayed(args, update);
    const sum = add(slot('sum'), mul(g, g));
    keep('sum', sum);
    return sub(theta, mul(scalar('step_size'), div(g, shift(sqrt(sum), args.eps))));
  },
});
