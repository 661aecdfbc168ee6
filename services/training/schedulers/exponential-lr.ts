import { z } from 'zod';
import { FLOAT32_MAX } from '../data/formats/flatten.ts';
import { defineScheduler } from './scheduler.ts';

// lr₀ · gammaᵗ
export const ExponentialLR = defineScheduler({
  type: 'ExponentialLR',
  help: 'Multiplies the learning rate by gamma at every step',
  args: { gamma: z.number().min(0).max(FLOAT32_MAX).describe('Factor per step') },
  rate: ({ gamma }, { base, step }) => base * gamma ** step,
});
