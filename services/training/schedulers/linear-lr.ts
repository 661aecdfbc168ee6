import { count, defineScheduler, share } from './scheduler.ts';

// lr₀ · (start_factor + (end_factor − start_factor) · min(t, total_iters) / total_iters)
export const LinearLR = defineScheduler({
  type: 'LinearLR',
  help: 'In a straight line from start_factor to end_factor of the learning rate: a warm-up',
  args: {
    start_factor: share
      .gt(0)
      .default(1 / 3)
      .describe('Share of the learning rate at the first step'),
    end_factor: share.default(1).describe('Share of it from total_iters on'),
    total_iters: count('Steps from the one to the other').default(5),
  },
  rate: ({ start_factor, end_factor, total_iters }, { base, step }) =>
    base * (start_factor + ((end_factor - start_factor) * Math.min(step, total_iters)) / total_iters),
});
