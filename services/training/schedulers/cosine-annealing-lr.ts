import { rate } from '../optimizers/optimizer.ts';
import { cosine, count, defineScheduler } from './scheduler.ts';

// eta_min + (lr₀ − eta_min) · (1 + cos(π t / T_max)) / 2: down to eta_min at T_max, and back up after it (Loshchilov and Hutter, "SGDR:
// stochastic gradient descent with warm restarts", 2017, without the restarts).
export const CosineAnnealingLR = defineScheduler({
  type: 'CosineAnnealingLR',
  help: 'Cosine annealing to eta_min, reached after T_max steps',
  args: {
    T_max: count('Number of steps to reach the minimum'),
    eta_min: rate('The lowest learning rate', 0),
  },
  rate: ({ T_max, eta_min }, { base, step }) => cosine(base, eta_min, step / T_max),
});
