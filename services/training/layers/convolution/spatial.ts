// Shared by layers over one or two spatial dimensions: arguments that are one number for all dimensions or one each, and the number of
// windows. The engine has two spatial axes; a layer over one has a first axis of size 1.

import { z } from 'zod';
import { LIMITS } from '#contracts/limits.ts';
import { reshape } from '#engine/functions.ts';
import type { Tensor } from '#engine/tensor.ts';
import type { Refuse } from '../../model/component.ts';
import { formatShape, type Shape, sizeOf } from '../../model/shape.ts';
import type { Arrival } from '../layer.ts';

export type SpatialRank = 1 | 2;
/** One number for all spatial dimensions, or one for each. */
export type PerDimension = number | readonly number[];
/** Per engine axis: height, width. */
export type Pair = readonly [number, number];

/** An argument such as kernel_size: an integer of at least `least`, or one for each dimension. */
export function perDimension(rank: SpatialRank, least: number, what: string) {
  const forms = rank === 1 ? 'a whole number' : 'a whole number, or [height, width]';
  const one = z
    .int({ error: `must be ${forms}` })
    .min(least, { error: `must be at least ${least}` })
    .max(LIMITS.size, { error: `must be at most ${LIMITS.size}, the limit of one size` });
  const each = z
    .array(one, { error: `must be ${forms}` })
    .length(rank, { error: `must have ${rank} number${rank === 1 ? '' : 's'}` });
  return z.union([one, each]).describe(what);
}

/** As torch stores it: one number for each dimension. */
export function expanded(value: PerDimension, rank: SpatialRank): number[] {
  return typeof value === 'number' ? new Array<number>(rank).fill(value) : [...value];
}

/** For the engine's two axes; `neutral` fills the first one for a 1D layer. */
export function pair(value: PerDimension, rank: SpatialRank, neutral: number): Pair {
  const [first, second] = expanded(value, rank) as [number, number];
  return rank === 1 ? [neutral, first] : [first, second];
}

/** The spatial size of a sample [channels, …] by engine axis; null (refused) if its rank is wrong. */
export function spatialSize({ shape, from }: Arrival, rank: SpatialRank, refuse: Refuse): Pair | null {
  if (shape.length === rank + 1) return rank === 1 ? [1, shape[1]!] : [shape[1]!, shape[2]!];
  const wanted = rank === 1 ? '[channels, length]' : '[channels, height, width]';
  const layer = `{"type": "Unflatten", "dim": 1, "unflattened_size": [1, ${shape[0]}]}`;
  const hint =
    shape.length === rank
      ? `; with one channel it is ${formatShape([1, ...shape])}: put ${layer} before it`
      : '';
  refuse(null, `takes ${wanted}, but ${formatShape(shape)} arrives from ${from}${hint}`);
  return null;
}

/** Reshapes [batch, channels, …] to two spatial axes. */
export function withTwoAxes(x: Tensor, rank: SpatialRank): Tensor {
  return rank === 2 ? x : reshape(x, [x.shape[0]!, x.shape[1]!, 1, x.shape[2]!]);
}

export function withOwnAxes(x: Tensor, rank: SpatialRank): Tensor {
  return rank === 2 ? x : reshape(x, [x.shape[0]!, x.shape[1]!, x.shape[3]!]);
}

/** The shape of a sample, from engine axes. */
export function sampleShape(channels: number, [height, width]: Pair, rank: SpatialRank): Shape {
  return rank === 1 ? [channels, width] : [channels, height, width];
}

/** Extent of a dilated kernel, from its first to its last element. */
export function reachOf(kernel: number, dilation: number): number {
  return (kernel - 1) * dilation + 1;
}

/** Intermediate tensors (padded, spread) are subject to the same size limit as outputs. */
export function refuseLarge(channels: number, size: Pair, what: string, refuse: Refuse): boolean {
  const count = channels * sizeOf(size);
  if (count <= LIMITS.sampleSize) return false;
  const shape = formatShape([channels, ...size]);
  refuse(
    null,
    `${what} is ${shape}, ${count} numbers per sample; the limit is ${LIMITS.sampleSize}`,
    'too_big',
  );
  return true;
}
