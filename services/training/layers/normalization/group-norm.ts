import { z } from 'zod';
import { add, mul, reshape } from '#engine/functions.ts';
import type { Tensor } from '#engine/tensor.ts';
import { size } from '../../model/component.ts';
import { filledWith } from '../../model/initial.ts';
import { sizeOf } from '../../model/shape.ts';
import { defineLayer } from '../layer.ts';
import { standardizedRows } from './layer-norm.ts';

// (x − mean) / √(variance + eps) over each group of channels of each sample, then · weight + bias per channel.
export const GroupNorm = defineLayer({
  type: 'GroupNorm',
  help: 'Normalizes each group of channels of each sample, then scales and shifts by channel',
  args: {
    num_groups: size('Groups that the channels are divided into'),
    num_channels: size('Input channels; inferred if omitted').optional(),
    eps: z.number().min(0).default(1e-5).describe('Added to the variance for numerical stability'),
    affine: z.boolean().default(true).describe('Whether there are learned weight and bias'),
  },
  infer(args, { shape, from }, refuse) {
    const channels = shape[0]!;
    const given = args.num_channels ?? channels;
    const fits = given === channels;
    if (!fits) refuse('num_channels', `num_channels ${given} given, but ${channels} arrive from ${from}`);
    const even = given % args.num_groups === 0;
    if (!even)
      refuse('num_groups', `num_groups ${args.num_groups} must divide the ${given} channels from ${from}`);
    return fits && even ? { output: shape, args: { ...args, num_channels: channels } } : null;
  },
  parameters({ num_channels, affine }) {
    if (!affine) return [];
    const shape = [num_channels!];
    return [
      { key: 'weight', shape, initial: filledWith(1) },
      { key: 'bias', shape, initial: filledWith(0) },
    ];
  },
  forward(x, { num_groups, num_channels, eps, affine }, { parameter }) {
    const rest = x.shape.slice(2);
    const rows = x.shape[0]! * num_groups;
    const normal = reshape(standardizedRows(reshape(x, [rows, sizeOf(x.shape) / rows]), eps), x.shape);
    if (!affine) return normal;
    const along = (values: Tensor) => reshape(values, [num_channels!, ...rest.map(() => 1)]);
    return add(mul(normal, along(parameter('weight'))), along(parameter('bias')));
  },
  flops: ({ affine }, input) => (affine ? 7 : 5) * sizeOf(input),
  positional: ({ num_groups, num_channels }) => [num_groups, num_channels],
  shown: ({ eps, affine }) => ({ eps, affine }),
});
