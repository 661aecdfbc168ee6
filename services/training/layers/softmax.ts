import { z } from 'zod';
import { softmax } from '#engine/functions.ts';
import { axisOf, outOfRange, sizeOf } from '../shape.ts';
import { defineLayer } from './layer.ts';

// torch's dim counts the batch. Its default (None) is deprecated there and means the classes of [batch, classes],
// which is the last dimension: so here.
export const Softmax = defineLayer({
  type: 'Softmax',
  help: 'eˣ / Σ eˣ along one dimension: positive numbers that sum to 1',
  args: {
    dim: z.int().default(-1).describe("The dimension that sums to 1, in torch's count (0 is the batch)"),
  },
  infer({ dim }, { shape }, refuse) {
    const axis = axisOf(dim, shape);
    if (axis === null) refuse('dim', `dim ${outOfRange(dim, shape)}`);
    else if (axis === 0) refuse('dim', `dim ${dim} is the batch: a sample must not depend on its neighbours`);
    return { output: shape };
  },
  forward: (x, { dim }) => softmax(x, axisOf(dim, x.shape.slice(1))!),
  flops: (_, input) => 3 * sizeOf(input),
  shown: ({ dim }) => ({ dim }),
});
