// The scale of regression targets in training: (y − mean) / std, fitted on the training rows only, in doubles, and stored with the model,
// so that predictions are in the data's units.

import { z } from 'zod';
import type { DatasetInfo } from '#contracts/datasets/dataset.ts';
import { type Shape, sizeOf } from '../model/shape.ts';
import type { TableNumbers } from './numbers.ts';
import { blocksOf, type Rows } from './rows/rows.ts';

/**
 * For a vector target, one mean and std per number, as they may be different quantities. For a target of two or more dimensions, one of
 * each for all numbers, which are all of one kind, such as the pixels of an image.
 */
export const TargetScale = z.object({ mean: z.array(z.number()), std: z.array(z.number()) });
export type TargetScale = z.infer<typeof TargetScale>;

export const UNSCALED = (width: number): TargetScale => ({
  mean: new Array<number>(width).fill(0),
  std: new Array<number>(width).fill(1),
});

/** How many numbers are needed to express one scaled unit of the target in the data's units. */
export function unitSize({ shape, columns = [] }: Pick<DatasetInfo['target'], 'shape' | 'columns'>): number {
  return shape.length > 1 && columns.length < 2 ? 1 : sizeOf(shape);
}

/** One scaled unit in the data's units, [unitSize]. */
export function unitsOf(
  { std }: TargetScale,
  target: Pick<DatasetInfo['target'], 'shape' | 'columns'>,
): Float32Array {
  return Float32Array.from({ length: unitSize(target) }, (_, i) => std[i % std.length]!);
}

/** @param shape of a target; `rows` are the training rows */
export function fitTargetScale(targets: Rows, shape: Shape, rows: Int32Array): TargetScale {
  const size = sizeOf(shape);
  const width = shape.length > 1 ? 1 : size;
  const count = (rows.length * size) / width;
  /** The mean of `of` over all training rows, for each of the `width` numbers. */
  const average = (of: (value: number, i: number) => number) => {
    const sums = new Float64Array(width);
    for (const block of blocksOf(targets, rows)) {
      for (let start = 0; start < block.length; start += size) {
        for (let i = 0; i < size; i++) {
          const at = width === 1 ? 0 : i;
          sums[at]! += of(block[start + i]!, at) / count;
        }
      }
    }
    return sums;
  };
  // Two passes: the second removes the rounding error of the first, so that the mean of a constant is exact.
  const rough = average((value) => value);
  const left = average((value, i) => value - rough[i]!);
  const mean = rough.map((value, i) => value + left[i]!);
  const variance = average((value, i) => (value - mean[i]!) ** 2);
  const std = Array.from(variance, (value, i) => {
    // The deviations of a constant are only the rounding error of its mean.
    const rounding = Math.abs(mean[i]!) * count * Number.EPSILON;
    return value <= rounding ** 2 ? 1 : Math.sqrt(value);
  });
  return { mean: [...mean], std };
}

/** [samples, …shape], as training sees them. */
export function scaleTargets({ mean, std }: TargetScale, targets: TableNumbers): Float32Array {
  const out = new Float32Array(targets.length);
  for (let i = 0; i < out.length; i++) {
    const at = i % mean.length;
    out[i] = (targets[i]! - mean[at]!) / std[at]!;
  }
  return out;
}

/** All targets as training sees them, block by block. */
export function* scaledBlocks(targets: Rows, scale: TargetScale | null): Generator<TableNumbers> {
  for (const block of blocksOf(targets)) yield scale === null ? block : scaleTargets(scale, block);
}

/** Converts network outputs to the units of the data. */
export function unscale({ mean, std }: TargetScale, outputs: Float32Array): Float32Array {
  const out = new Float32Array(outputs.length);
  for (let i = 0; i < out.length; i++) {
    const at = i % mean.length;
    out[i] = outputs[i]! * std[at]! + mean[at]!;
  }
  return out;
}
