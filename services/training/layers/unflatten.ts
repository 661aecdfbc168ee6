import { z } from 'zod';
import { LIMITS } from '#contracts/limits.ts';
import { reshape } from '#engine/functions.ts';
import { axisOf, formatShape, outOfRange, sizeOf } from '../model/shape.ts';
import { defineLayer } from './layer.ts';

export const Unflatten = defineLayer({
  type: 'Unflatten',
  help: 'Splits one dimension into several: the inverse of Flatten',
  args: {
    dim: z.int().describe("The dimension to split, in torch's numbering (0 is the batch)"),
    unflattened_size: z
      .array(z.int().min(-1).max(LIMITS.size))
      .min(1)
      .max(8)
      .describe('The new sizes; one may be -1, to be inferred'),
  },
  infer(args, { shape, from }, refuse) {
    const axis = axisOf(args.dim, shape);
    if (axis === null) refuse('dim', `dim ${outOfRange(args.dim, shape)}`);
    if (axis === 0) refuse('dim', `dim ${args.dim} is the batch: samples cannot be split`);
    if (!axis) return null;
    const size = shape[axis - 1]!;
    const { unflattened_size: given } = args;
    const known = sizeOf(given.filter((n) => n !== -1));
    const open = given.filter((n) => n === -1).length;
    const fits = open === 0 ? known === size : open === 1 && known > 0 && size % known === 0;
    if (!fits) {
      refuse(
        'unflattened_size',
        `unflattened_size ${formatShape(given)} does not make ${size}, the size of dim ${args.dim} of ${formatShape(shape)} from ${from}`,
      );
      return null;
    }
    const into = given.map((n) => (n === -1 ? size / known : n));
    return { output: [...shape.slice(0, axis - 1), ...into, ...shape.slice(axis)] };
  },
  forward(x, { dim, unflattened_size: given }) {
    const axis = axisOf(dim, x.shape.slice(1))!;
    const rest = x.shape[axis]! / sizeOf(given.filter((n) => n !== -1));
    const into = given.map((n) => (n === -1 ? rest : n));
    return reshape(x, [...x.shape.slice(0, axis), ...into, ...x.shape.slice(axis + 1)]);
  },
  flops: () => 0,
  shown: ({ dim, unflattened_size }) => ({ dim, unflattened_size }),
});
