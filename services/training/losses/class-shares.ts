// Classification targets given as a probability per class, which torch.nn.CrossEntropyLoss accepts besides class indices: in the shape of
// the output, including one-hot rows.

import type { DatasetInfo } from '#contracts/datasets/dataset.ts';
import { constantLike, mul, neg, reshape, scale, shift, sum, toF32, where } from '#engine/functions.ts';
import { sameShape } from '#engine/shape.ts';
import type { Tensor } from '#engine/tensor.ts';
import { formatShape, type Shape, sizeOf } from '../model/shape.ts';
import type { RefuseFit } from './loss.ts';

/** Whether a sample's targets are class probabilities along the first dimension of its output. */
export function areShares(output: Shape, target: Shape): boolean {
  return output[0]! > 1 && sameShape(output, target);
}

export function fitsShares(type: string, target: DatasetInfo['target'], refuse: RefuseFit): void {
  const wanted = `${type} takes the probability of every class if the targets are ${formatShape(target.shape)}`;
  if (target.min !== null && target.min < 0) {
    refuse('targets', `${wanted}, but there is a target ${target.min}`, target.min_row);
  }
  if (target.max !== null && target.max > 1) {
    refuse('targets', `${wanted}, but there is a target ${target.max}`, target.max_row);
  }
}

/**
 * −Σ weight · share · ln p over all targets and classes. As in torch for class probabilities, "mean" divides by the number of targets,
 * whatever their weights. Smoothing by ε turns every share s into (1 − ε) s + ε/C.
 * @param logs [batch, classes, …positions]: ln p
 * @param targets in the shape of `logs`
 * @param weight [classes]
 */
export function sharesLikelihood(
  logs: Tensor,
  targets: Tensor,
  reduction: 'mean' | 'sum',
  weight: Tensor | null,
  smoothing: number,
): Tensor {
  const [, classes, ...positions] = logs.shape as [number, number, ...number[]];
  const given = toF32(targets);
  const shares = smoothing === 0 ? given : shift(scale(given, 1 - smoothing), smoothing / classes);
  const weighted =
    weight === null ? shares : mul(shares, reshape(weight, [classes, ...positions.map(() => 1)]));
  // A class with share 0 adds nothing, even if its ln p is −∞.
  const total = neg(sum(mul(weighted, where(shares, logs, constantLike(logs, 0)))));
  return reduction === 'mean' ? scale(total, classes / sizeOf(logs.shape)) : total;
}
