import { count, defineScheduler, share } from './scheduler.ts';

// lr₀ · (start_factor + (end_factor − start_factor) · min(t, total_iters) / total_iters)
export const LinearLR = defineScheduler({
  type: 'LinearLR',
  help: 'Linear change from start_factor to end_factor times the learning rate: a warm-up',
  args: {
    start_factor: share
      .gt(0)
      .default(1 / 3)
      .describe('Fraction of the learning rate at the first step'),
    end_factor: share.default(1).describe('Fraction from total_iters on'),
    total_iters: count('Steps between the two').default(5),
  },
  rate: ({ start_factor, end_factor, total_iters }, { base, step }) =>
    base * (start_factor + ((end_factor - start_factor) * Math.min(step, total_iters)) / total_iters),
});
