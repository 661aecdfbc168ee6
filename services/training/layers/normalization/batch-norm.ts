// y = (x − mean) / √(variance + eps) · weight + bias, per channel. In training the statistics are the batch's, and the running ones move
// towards them; in evaluation the running ones are used.

import { z } from 'zod';
import { add, constant, div, mul, reshape, scale, shift, sqrt, sub } from '#engine/functions.ts';
import { standardize } from '#engine/standardize.ts';
import type { Tensor } from '#engine/tensor.ts';
import { size } from '../../model/component.ts';
import { filledWith } from '../../model/initial.ts';
import { formatShape, sizeOf } from '../../model/shape.ts';
import type { SpatialRank } from '../convolution/spatial.ts';
import { defineLayer, type ForwardContext, type Layer } from '../layer.ts';

export function batchNormLayer(rank: SpatialRank): Layer {
  return defineLayer({
    type: `BatchNorm${rank}d`,
    help: 'Normalizes each channel over the batch while training, and with running statistics afterwards',
    args: {
      num_features: size('Input channels; inferred if omitted').optional(),
      eps: z.number().min(0).default(1e-5).describe('Added to the variance for numerical stability'),
      momentum: z
        .number()
        .min(0)
        .max(1)
        .nullable()
        .default(0.1)
        .describe("Weight of the batch's statistics in the running ones; null: plain average over all steps"),
      affine: z.boolean().default(true).describe('Whether there are learned weight and bias'),
      track_running_stats: z
        .literal(true, {
          error: 'must be true: with batch statistics alone, a result would depend on the rest of the batch',
        })
        .default(true)
        .describe(
          'Whether running statistics are kept; without them a result would depend on the rest of the batch',
        ),
    },
    infer(args, { shape, from }, refuse) {
      const ranks = rank === 1 ? [1, 2] : [3];
      if (!ranks.includes(shape.length)) {
        const wanted = rank === 1 ? '[features] or [channels, length]' : '[channels, height, width]';
        refuse(null, `takes ${wanted}, but ${formatShape(shape)} arrives from ${from}`);
        return null;
      }
      const channels = shape[0]!;
      const given = args.num_features ?? channels;
      if (given !== channels)
        refuse('num_features', `num_features ${given} given, but ${channels} arrive from ${from}`);
      return { output: shape, args: { ...args, num_features: channels } };
    },
    leastBatch: (_, input) => (sizeOf(input.slice(1)) === 1 ? 2 : 1),
    parameters({ num_features, affine }) {
      if (!affine) return [];
      const shape = [num_features!];
      return [
        { key: 'weight', shape, initial: filledWith(1) },
        { key: 'bias', shape, initial: filledWith(0) },
      ];
    },
    buffers: ({ num_features }) => [
      { key: 'running_mean', shape: [num_features!], initial: 0, stored: 'F32' },
      { key: 'running_var', shape: [num_features!], initial: 1, stored: 'F32' },
      { key: 'num_batches_tracked', shape: [], initial: 0, stored: 'I64' },
    ],
    forward(x, { eps, momentum, affine }, context) {
      const { training, buffer, parameter } = context;
      const perChannel = [x.shape[1]!, ...x.shape.slice(2).map(() => 1)];
      const along = (values: Tensor) => reshape(values, perChannel);
      if (training) {
        const axes = [...x.shape.keys()].filter((axis) => axis !== 1);
        const ofGroups = (key: string) => reshape(parameter(key), [1, ...perChannel]);
        const affinity = affine ? { weight: ofGroups('weight'), bias: ofGroups('bias') } : null;
        const { y, mean, variance } = standardize(x, axes, eps, affinity);
        moveStatistics(x, mean, variance, momentum, context);
        return y;
      }
      const centred = sub(x, along(buffer('running_mean')));
      const normal = div(centred, sqrt(shift(along(buffer('running_var')), eps)));
      return affine ? add(mul(normal, along(parameter('weight'))), along(parameter('bias'))) : normal;
    },
    flops: ({ affine }, input) => (affine ? 4 : 2) * sizeOf(input),
    positional: ({ num_features }) => [num_features],
    shown: ({ eps, momentum, affine, track_running_stats }) => ({
      eps,
      momentum,
      affine,
      track_running_stats,
    }),
  });
}

/** Moves the running statistics toward the batch's. */
function moveStatistics(
  x: Tensor,
  average: Tensor,
  variance: Tensor,
  momentum: number | null,
  { buffer, keep }: ForwardContext,
): void {
  const count = sizeOf(x.shape) / x.shape[1]!;
  const steps = shift(buffer('num_batches_tracked'), 1);
  const share = momentum === null ? div(constant(x.graph, 1), steps) : constant(x.graph, momentum);
  const move = (name: string, value: Tensor) => {
    const running = buffer(name);
    keep(name, add(running, mul(sub(reshape(value, running.shape), running), share)));
  };
  move('running_mean', average);
  // The running variance is the unbiased estimate.
  move('running_var', scale(variance, count / (count - 1)));
  keep('num_batches_tracked', steps);
}
