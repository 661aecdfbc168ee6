import { z } from 'zod';
import { concat } from '#engine/functions.ts';
import { axisOf, formatShape, outOfRange } from '../model/shape.ts';
import { defineLayer, eachAlone } from './layer.ts';

export const Concat = defineLayer({
  type: 'Concat',
  help: 'Concatenates its inputs along one dimension: torch.cat as a layer',
  args: {
    dim: z.int().default(1).describe("Dimension to concatenate along, in torch's numbering (0 is the batch)"),
  },
  joins: true,
  infer({ dim }, first, refuse, arrivals) {
    const axis = axisOf(dim, first.shape);
    if (axis === null) refuse('dim', `dim ${outOfRange(dim, first.shape)}`);
    if (axis === 0) refuse('dim', `dim ${dim} is the batch: samples cannot be joined`);
    if (!axis) return null;
    let size = 0;
    for (const arrival of arrivals) {
      const { shape } = arrival;
      const fits =
        shape.length === first.shape.length && shape.every((n, i) => i === axis - 1 || n === first.shape[i]);
      if (!fits) {
        const shapes = `${formatShape(first.shape)} arrives from ${first.from}, ${formatShape(shape)} from ${arrival.from}`;
        refuse('inputs', `joins inputs that differ only in dim ${dim}, but ${shapes}`);
        return null;
      }
      size += shape[axis - 1]!;
    }
    return { output: first.shape.map((n, i) => (i === axis - 1 ? size : n)) };
  },
  sequence: ({ dim }, axis, input) => (axisOf(dim, input) === axis + 1 ? null : eachAlone(axis)),
  forward: (x, { dim }, { inputs }) => concat(inputs, axisOf(dim, x.shape.slice(1))!),
  flops: () => 0,
  shown: ({ dim }) => ({ dim }),
});
