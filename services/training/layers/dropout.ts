import { z } from 'zod';
import { LIMITS } from '#contracts/limits.ts';
import { constantLike, greater, scale, uniform, where } from '#engine/functions.ts';
import type { Tensor } from '#engine/tensor.ts';
import { type Shape, sizeOf } from '../model/shape.ts';
import { defineLayer, eachAlone, type ForwardContext } from './layer.ts';

/**
 * In training, zeroes each number with probability p and scales the others by 1/(1−p), which preserves the expected value; otherwise the
 * identity.
 * @param use distinguishes several dropouts within one layer, so that each has its own draws
 * @param drawn shape that broadcasts to x: numbers that share a draw are dropped together
 */
export function dropout(
  x: Tensor,
  p: number,
  { training, stream }: Pick<ForwardContext, 'training' | 'stream'>,
  use = 0,
  drawn: Shape = x.shape,
): Tensor {
  if (!training || p === 0) return x;
  if (p === 1) return scale(x, 0);
  // A layer's stream is below LIMITS.layers, so streams do not collide.
  const draw = uniform(x.graph, drawn, stream + use * LIMITS.layers);
  const dropped = greater(constantLike(draw, p), draw);
  return where(dropped, constantLike(x, 0), scale(x, 1 / (1 - p)));
}

export const Dropout = defineLayer({
  type: 'Dropout',
  help: 'During training, zeroes each element with probability p and scales the rest by 1/(1−p)',
  args: {
    p: z.number().min(0).max(1).default(0.5).describe('Probability of dropping an element'),
    inplace: z.boolean().default(false).describe("torch's memory hint; has no effect here"),
  },
  infer: (_, { shape }) => ({ output: shape }),
  sequence: (_, axis) => eachAlone(axis),
  forward: (x, { p }, context) => dropout(x, p, context),
  flops: (_, input) => sizeOf(input),
  shown: ({ p, inplace }) => ({ p, inplace }),
});
