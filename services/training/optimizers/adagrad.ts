import { add, div, mul, shift, sqrt, sub } from '#engine/functions.ts';
import { decayed, defineOptimizer, maximize, rate } from './optimizer.ts';

// As torch.optim.Adagrad (Duchi, Hazan and Singer, "Adaptive subgradient methods", 2011), step t = 1, 2, …:
//   g ← g + weight_decay · θ
//   s ← s + g²                     (s begins at initial_accumulator_value)
//   θ ← θ − lr/(1 + (t − 1) lr_decay) · g / (√s + ε)
export const Adagrad = defineOptimizer({
  type: 'Adagrad',
  help: 'Steps that shrink for each parameter with all the gradient it has seen',
  args: {
    lr: rate('Learning rate', 0.01),
    lr_decay: rate('How fast the learning rate falls', 0),
    weight_decay: rate('Pull of every parameter towards 0 (L2)', 0),
    initial_accumulator_value: rate('What the sum of squares begins at', 0),
    eps: rate('Added below the fraction, so that it is never a division by 0', 1e-10),
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
