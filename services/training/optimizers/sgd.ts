import { z } from 'zod';
import { add, mul, sub } from '#engine/functions.ts';
import { decayed, defineOptimizer, maximize, rate, times } from './optimizer.ts';

// As torch.optim.SGD:
//   g ← g + weight_decay · θ
//   b ← momentum · b + (1 − dampening) · g        (at the first step b ← g)
//   θ ← θ − lr · (nesterov ? g + momentum · b : b)
export const SGD = defineOptimizer({
  type: 'SGD',
  help: 'Gradient descent, optionally with momentum',
  args: {
    lr: rate('Learning rate', 0.001),
    momentum: rate('Momentum', 0),
    dampening: z.number().default(0).describe('Dampening of the momentum'),
    weight_decay: rate('Weight decay as L2 regularization', 0),
    nesterov: z.boolean().default(false).describe('Use Nesterov momentum'),
    maximize,
  },
  check({ nesterov, momentum, dampening }, refuse) {
    if (nesterov && (momentum === 0 || dampening !== 0)) {
      refuse('nesterov', 'nesterov needs a momentum and no dampening');
    }
  },
  slots: ({ momentum }) => (momentum === 0 ? [] : ['momentum_buffer']),
  withMomentum: (args, momentum) => ({ ...args, momentum }),
  scalars: ({ momentum, dampening }) => (momentum !== 0 && dampening !== 0 ? ['lr', 'fresh'] : ['lr']),
  scalarsAt: ({ dampening }, step, lr) => [lr, step === 1 ? 1 : 1 - dampening],
  update(args, update) {
    const { momentum, dampening, nesterov } = args;
    const { theta, slot, scalar, keep } = update;
    let g = decayed(args, update);
    if (momentum !== 0) {
      const share = update.momentum ?? momentum;
      const buffer = add(
        times(slot('momentum_buffer'), share),
        dampening === 0 ? g : mul(g, scalar('fresh')),
      );
      keep('momentum_buffer', buffer);
      g = nesterov ? add(g, times(buffer, share)) : buffer;
    }
    return sub(theta, mul(scalar('lr'), g));
  },
});
