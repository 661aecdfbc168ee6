import { rate } from '../optimizers/optimizer.ts';
import { defineScheduler, milestones } from './scheduler.ts';

// lr₀ · gamma^(number of milestones reached); a repeated milestone counts twice.
export const MultiStepLR = defineScheduler({
  type: 'MultiStepLR',
  help: 'Multiplies the learning rate by gamma at every milestone',
  args: { milestones: milestones('Steps at which it changes'), gamma: rate('Factor of a change', 0.1) },
  rate: ({ milestones, gamma }, { base, step }) =>
    base * gamma ** milestones.filter((milestone) => milestone <= step).length,
});
