import { rate } from '../optimizers/optimizer.ts';
import { count, defineScheduler } from './scheduler.ts';

// lr₀ · gamma^⌊t / step_size⌋
export const StepLR = defineScheduler({
  type: 'StepLR',
  help: 'Multiplies the learning rate by gamma after every step_size steps',
  args: { step_size: count('Steps from one change to the next'), gamma: rate('Factor of a change', 0.1) },
  rate: ({ step_size, gamma }, { base, step }) => base * gamma ** Math.floor(step / step_size),
});
