import { z } from 'zod';
import { add, mul, reshape } from '#engine/functions.ts';
import { standardize } from '#engine/standardize.ts';
import type { Tensor } from '#engine/tensor.ts';
import { size } from '../../model/component.ts';
import { filledWith } from '../../model/initial.ts';
import { formatShape, sizeOf } from '../../model/shape.ts';
import { defineLayer, eachAlone } from '../layer.ts';

/** Each row of [rows, n] with mean 0 and variance 1: (x − mean) / √(variance + eps), the variance over n (biased) as in torch. */
export function standardizedRows(x: Tensor, eps: number): Tensor {
  return standardize(x, [1], eps).y;
}

// y = standardized x · weight + bias, over the last dimensions (Ba, Kiros, Hinton, "Layer normalization", 2016).
export const LayerNorm = defineLayer({
  type: 'LayerNorm',
  help: 'Normalizes every sample or position to mean 0 and variance 1, then applies a learned scale and shift',
  args: {
    normalized_shape: z
      .union([size('One size'), z.array(size('One size')).min(1).max(8)])
      .transform((shape) => (typeof shape === 'number' ? [shape] : shape))
      .optional()
      .describe('The trailing dimensions to normalize over; the last one if omitted'),
    eps: z.number().min(0).max(1).default(1e-5).describe('Added to the variance'),
    elementwise_affine: z.boolean().default(true).describe('Whether there are learned weight and bias'),
    bias: z.boolean().default(true).describe('Whether there is a bias besides the weight'),
  },
  infer(args, { shape, from }, refuse) {
    const { normalized_shape = shape.slice(-1) } = args;
    const arriving = shape.slice(-normalized_shape.length);
    if (formatShape(arriving) !== formatShape(normalized_shape)) {
      refuse(
        'normalized_shape',
        `normalized_shape ${formatShape(normalized_shape)} given, but ${formatShape(arriving)} arrive from ${from}`,
      );
    }
    return { output: shape, args: { ...args, normalized_shape: [...arriving] } };
  },
  parameters({ normalized_shape, elementwise_affine, bias }) {
    if (!elementwise_affine) return [];
    const weight = { key: 'weight', shape: normalized_shape!, initial: filledWith(1) };
    return bias ? [weight, { key: 'bias', shape: normalized_shape!, initial: filledWith(0) }] : [weight];
  },
  sequence: ({ normalized_shape }, axis, input) =>
    axis < input.length - normalized_shape!.length ? eachAlone(axis) : null,
  forward(x, { normalized_shape, eps, elementwise_affine, bias }, { parameter }) {
    const width = sizeOf(normalized_shape!);
    const rows = standardizedRows(reshape(x, [sizeOf(x.shape) / width, width]), eps);
    if (!elementwise_affine) return reshape(rows, x.shape);
    const scaled = mul(rows, reshape(parameter('weight'), [width]));
    return reshape(bias ? add(scaled, reshape(parameter('bias'), [width])) : scaled, x.shape);
  },
  flops: (_, input) => 8 * sizeOf(input),
  positional: ({ normalized_shape }) => [normalized_shape],
  shown: ({ eps, elementwise_affine }) => ({ eps, elementwise_affine }),
});
