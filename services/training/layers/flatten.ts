import { z } from 'zod';
import { reshape } from '#engine/functions.ts';
import { axisOf, outOfRange, sizeOf } from '../model/shape.ts';
import { defineLayer } from './layer.ts';

export const Flatten = defineLayer({
  type: 'Flatten',
  help: 'Flattens the dimensions start_dim to end_dim into one',
  args: {
    start_dim: z
      .int()
      .default(1)
      .describe("The first dimension to flatten, in torch's numbering (0 is the batch)"),
    end_dim: z.int().default(-1).describe('The last dimension to flatten'),
  },
  infer({ start_dim, end_dim }, { shape }, refuse) {
    const start = axisOf(start_dim, shape);
    const end = axisOf(end_dim, shape);
    if (start === null) refuse('start_dim', `start_dim ${outOfRange(start_dim, shape)}`);
    if (end === null) refuse('end_dim', `end_dim ${outOfRange(end_dim, shape)}`);
    if (start === 0) refuse('start_dim', `start_dim ${start_dim} is the batch: samples cannot be joined`);
    if (!start || !end) return null;
    if (start > end) {
      refuse('end_dim', `end_dim ${end_dim} comes before start_dim ${start_dim}`);
      return null;
    }
    const joined = sizeOf(shape.slice(start - 1, end));
    return { output: [...shape.slice(0, start - 1), joined, ...shape.slice(end)] };
  },
  forward(x, { start_dim, end_dim }) {
    const sample = x.shape.slice(1);
    const start = axisOf(start_dim, sample)!;
    const end = axisOf(end_dim, sample)!;
    const joined = sizeOf(x.shape.slice(start, end + 1));
    return reshape(x, [...x.shape.slice(0, start), joined, ...x.shape.slice(end + 1)]);
  },
  flops: () => 0,
  shown: ({ start_dim, end_dim }) => ({ start_dim, end_dim }),
});
