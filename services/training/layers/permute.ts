import { z } from 'zod';
import { permute } from '#engine/functions.ts';
import { formatShape } from '../model/shape.ts';
import { defineLayer, eachAlone } from './layer.ts';

// torch.permute as a layer. Dimensions are in torch's numbering: 0 is the batch, which stays first.
export const Permute = defineLayer({
  type: 'Permute',
  help: 'Permutes the dimensions: output dimension i is input dimension dims[i]',
  args: {
    dims: z
      .array(z.int())
      .min(1)
      .max(9)
      .describe("All dimensions in torch's numbering; 0, the batch, stays first"),
  },
  infer({ dims }, { shape, from }, refuse) {
    const rank = shape.length + 1;
    const order = positive(dims, rank);
    const whole = order.length === rank && new Set(order).size === rank;
    if (!whole || order.some((dim) => dim < 0 || dim >= rank)) {
      refuse(
        'dims',
        `dims ${formatShape(dims)} must name each of the ${rank} dimensions of [batch, ${shape.join(', ')}], which arrive from ${from}, once`,
      );
      return null;
    }
    if (order[0] !== 0) {
      refuse('dims', `dims ${formatShape(dims)} move the batch (0), which must stay first`);
      return null;
    }
    return { output: order.slice(1).map((dim) => shape[dim - 1]!) };
  },
  sequence: ({ dims }, axis, input) => eachAlone(positive(dims, input.length + 1).indexOf(axis + 1) - 1),
  forward: (x, { dims }) => permute(x, positive(dims, x.shape.length)),
  flops: () => 0,
  shown: ({ dims }) => ({ dims }),
});

function positive(dims: readonly number[], rank: number): number[] {
  return dims.map((dim) => (dim < 0 ? dim + rank : dim));
}
