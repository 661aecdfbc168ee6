// Shared by losses that compare output and target number by number.

import type { DatasetInfo } from '#contracts/datasets/dataset.ts';
import { reshape, sub, toF32 } from '#engine/functions.ts';
import { sameShape } from '#engine/shape.ts';
import type { Tensor } from '#engine/tensor.ts';
import type { Args, ArgsShape } from '../model/component.ts';
import { formatShape, type Shape } from '../model/shape.ts';
import { defineLoss, type Loss, Reduction, type RefuseFit, reduced } from './loss.ts';

/**
 * Checks that output and target correspond element by element. One number per sample may be [] or [1]: torch would broadcast [batch]
 * against [batch, 1] into a square matrix of differences that nobody wants.
 */
export function fitsNumberByNumber(
  type: string,
  output: Shape,
  target: DatasetInfo['target'],
  refuse: RefuseFit,
): void {
  const { shape } = target;
  if (sameShape(output, shape) || (shape.length === 0 && sameShape(output, [1]))) return;
  const shapes = `the model gives ${formatShape(output)}, but the targets are ${formatShape(shape)}`;
  const hint = shape.length === 0 ? ' (one number per sample: the output must be [1])' : '';
  refuse('loss', `${type} needs outputs and targets of the same shape: ${shapes}${hint}`);
}

/** The targets in the shape of the output, as f32. */
export function besides(output: Tensor, targets: Tensor): Tensor {
  return reshape(toF32(targets), output.shape);
}

/** A loss that is a function of output − target, for numbers of any size. */
export function differenceLoss<S extends ArgsShape>(loss: {
  type: string;
  help: string;
  args: S;
  /** Arguments in the units of the targets. */
  inUnits?: readonly (keyof S & string)[];
  apply: (difference: Tensor, args: Args<S>) => Tensor;
}): Loss {
  const { type, help, inUnits = [], apply } = loss;
  const args = { ...loss.args, reduction: Reduction };
  return defineLoss<typeof args>({
    type,
    help,
    args,
    task: 'numbers',
    gives: 'values',
    targetType: 'f32',
    inUnits,
    fits(output, target, refuse) {
      if (target.labels !== null) {
        refuse('targets', `${type} takes numbers, but the target is text of ${target.labels.length} classes`);
      } else fitsNumberByNumber(type, output, target, refuse);
    },
    forward(output, targets, given) {
      const losses = apply(sub(output, besides(output, targets)), given as Args<S>);
      return reduced(losses, (given as { reduction: 'mean' | 'sum' }).reduction);
    },
  });
}
