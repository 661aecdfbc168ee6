import { rate } from '../optimizers/optimizer.ts';
import { cosine, count, defineScheduler } from './scheduler.ts';

// eta_min + (lr₀ − eta_min) · (1 + cos(π T_cur / T_i)) / 2, where T_cur counts from the last restart, and the cycle length T_i grows by a
// factor of T_mult with each cycle (Loshchilov and Hutter, "SGDR", 2017).
export const CosineAnnealingWarmRestarts = defineScheduler({
  type: 'CosineAnnealingWarmRestarts',
  help: 'Cosine annealing to eta_min with warm restarts',
  args: {
    T_0: count('Steps of the first cycle'),
    T_mult: count('Factor by which each cycle is longer than the last').default(1),
    eta_min: rate('The lowest learning rate', 0),
  },
  rate({ T_0, T_mult, eta_min }, { base, step }) {
    let current = step;
    let length = T_0;
    if (T_mult === 1) current = step % T_0;
    while (current >= length) {
      current -= length;
      length *= T_mult;
    }
    return cosine(base, eta_min, current / length);
  },
});
