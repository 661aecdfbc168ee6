import { z } from 'zod';
import { sizeOf } from '../model/shape.ts';
import { spatialSize } from './convolution/spatial.ts';
import { dropout } from './dropout.ts';
import { defineLayer } from './layer.ts';

// Neighboring pixels are correlated, so dropping single numbers would hide little: whole channels are dropped.
export const Dropout2d = defineLayer({
  type: 'Dropout2d',
  help: 'During training, zeroes whole channels with probability p and scales the rest by 1/(1−p)',
  args: {
    p: z.number().min(0).max(1).default(0.5).describe('Probability of dropping a channel'),
    inplace: z.boolean().default(false).describe("torch's memory hint; has no effect here"),
  },
  infer: (_, arrival, refuse) =>
    spatialSize(arrival, 2, refuse) === null ? null : { output: arrival.shape },
  forward: (x, { p }, context) => dropout(x, p, context, 0, [x.shape[0]!, x.shape[1]!, 1, 1]),
  flops: (_, input) => sizeOf(input),
  shown: ({ p, inplace }) => ({ p, inplace }),
});
