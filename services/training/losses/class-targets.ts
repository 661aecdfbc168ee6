// Shared by losses over classes, with torch's shapes: output [batch, classes, …positions] and targets [batch, …positions], one class index
// per position (or one per sample if there are no positions).

import { z } from 'zod';
import type { DatasetInfo } from '#contracts/datasets/dataset.ts';
import { LIMITS } from '#contracts/limits.ts';
import {
  add,
  constantLike,
  div,
  equal,
  iota,
  mul,
  neg,
  reshape,
  scale,
  shift,
  sum,
  toF32,
  where,
} from '#engine/functions.ts';
import { sameButOnes, sameShape } from '#engine/shape.ts';
import type { Tensor } from '#engine/tensor.ts';
import { FLOAT32_MAX } from '../data/formats/flatten.ts';
import { formatShape, type Shape } from '../model/shape.ts';
import { Reduction, type RefuseFit } from './loss.ts';

const MAX_INDEX = 2 ** 31 - 1;

export const classArgs = {
  weight: z
    .union([z.array(z.number().min(0).max(FLOAT32_MAX)).min(1).max(LIMITS.classes), z.literal('balanced')])
    .nullable()
    .default(null)
    .describe(
      'Class weights, one number per class; "balanced": rows / (classes · rows of the class) in the training rows',
    ),
  ignore_index: z
    .int()
    .min(-MAX_INDEX - 1)
    .max(MAX_INDEX)
    .default(-100)
    .describe('Targets with this value are ignored'),
  reduction: Reduction,
};

interface ClassArgs {
  readonly weight: readonly number[] | 'balanced' | null;
  readonly ignore_index: number;
  readonly reduction: 'mean' | 'sum';
}

export function fitsClasses(
  type: string,
  output: Shape,
  target: DatasetInfo['target'],
  refuse: RefuseFit,
  { weight, ignore_index }: ClassArgs,
): void {
  const [classes, ...positions] = output as [number, ...number[]];
  const gives = `the model gives ${formatShape(output)}`;
  // One label per sample is often stored as (samples, 1).
  if (!sameButOnes(positions, target.shape)) {
    const targets = `the targets are ${formatShape(target.shape)}`;
    if (target.shape.length === 0) {
      refuse('loss', `${type} takes an output [classes], but ${gives}`);
    } else if (positions.length === 0) {
      refuse('targets', `${type} takes one class index per sample, but ${targets}`);
    } else {
      const wanted = `[classes, ${target.shape.join(', ')}]`;
      const last = sameShape(output.slice(0, -1), target.shape);
      const hint = last ? ' (the classes come first: add a Permute)' : '';
      refuse('loss', `${type} takes an output ${wanted} if ${targets}, but ${gives}${hint}`);
    }
    return;
  }
  fitsWeight(output, { weight }, refuse);
  if (target.labels !== null) {
    if (target.labels.length <= classes) return;
    const shown = formatShape(output);
    refuse(
      'loss',
      `the targets have ${target.labels.length} classes, but the model's output ${shown} has fewer`,
    );
    return;
  }
  const wanted = `${type} takes class indices 0 to ${classes - 1} (the output has ${classes} classes)`;
  if (target.fraction_row !== undefined) {
    refuse('targets', `${wanted}, but not every target is a whole number`, target.fraction_row);
  }
  const low = target.min === ignore_index ? target.second_min : { value: target.min, row: target.min_row };
  if (low != null && low.value !== null && low.value < 0) {
    refuse('targets', `${wanted}, but there is a target ${low.value}`, low.row);
  }
  const high = target.max === ignore_index ? target.second_max : { value: target.max, row: target.max_row };
  if (high != null && high.value !== null && high.value > classes - 1) {
    refuse('targets', `${wanted}, but there is a target ${high.value}`, high.row);
  }
}

/** Checks that there is one weight per class. */
export function fitsWeight(output: Shape, { weight }: Pick<ClassArgs, 'weight'>, refuse: RefuseFit): void {
  if (weight === null || weight === 'balanced' || weight.length === output[0]) return;
  refuse(
    'loss',
    `weight has ${weight.length} numbers, but the output ${formatShape(output)} has ${output[0]} classes`,
  );
}

/** 1 for every target that is not ignored, else 0, in the targets' shape. */
export function countedClasses(targets: Tensor, { ignore_index }: Pick<ClassArgs, 'ignore_index'>): Tensor {
  const wanted = toF32(targets);
  return shift(neg(equal(wanted, constantLike(wanted, ignore_index))), 1);
}

/**
 * −Σ share · ln p over all targets and classes. As in torch, "mean" divides by the sum of the targets' weights. Without smoothing, the
 * target's class has its weight as share, and every other class 0. Smoothing by ε gives every class ε/C, also weighted, and the target's
 * class 1 − ε more.
 * @param logs [batch, classes, …positions]: ln p
 * @param weight [classes]
 */
export function negativeLogLikelihood(
  logs: Tensor,
  targets: Tensor,
  { ignore_index, reduction }: ClassArgs,
  weight: Tensor | null,
  smoothing = 0,
): Tensor {
  const [batch, classes, ...positions] = logs.shape as [number, number, ...number[]];
  const counted = reshape(countedClasses(targets, { ignore_index }), [batch, 1, ...positions]);
  const weighted = (shares: Tensor) =>
    weight === null ? shares : mul(shares, reshape(weight, [classes, ...positions.map(() => 1)]));

  const wanted = reshape(toF32(targets), [batch, 1, ...positions]);
  let right = equal(toF32(iota(logs.graph, logs.shape, 1)), wanted);
  // An ignore_index outside 0 … C − 1 matches no class anyway.
  if (ignore_index >= 0 && ignore_index < classes) right = mul(right, counted);
  const shares =
    smoothing === 0 ? right : add(scale(right, 1 - smoothing), scale(counted, smoothing / classes));
  // A class with share 0 adds nothing, even if its ln p is −∞.
  const total = neg(sum(mul(weighted(shares), where(shares, logs, constantLike(logs, 0)))));
  return reduction === 'mean' ? div(total, sum(weighted(right))) : total;
}
