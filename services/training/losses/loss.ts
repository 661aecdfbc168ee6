// What a loss is. A loss is a file of this form and a line in index.ts.

import { z } from 'zod';
import type { DatasetInfo } from '#contracts/dataset.ts';
import { mean, sum } from '#engine/functions.ts';
import type { Tensor } from '#engine/tensor.ts';
import type { Args, ArgsShape, Component } from '../component.ts';
import type { Shape } from '../shape.ts';

/**
 * What the network's output means:
 * classes: logits, one per class; binary: the logit of each yes/no; numbers: the values themselves.
 */
export type Task = 'classes' | 'binary' | 'numbers';

/** One reason why output and targets do not go together; `row` is where the first such target stands. */
export type RefuseFit = (about: 'loss' | 'targets', message: string, row?: number) => void;

export interface LossMethods<A> {
  readonly task: Task;
  /** Class indices are kept as i32, numbers as f32. */
  readonly targetType: 'i32' | 'f32';
  /** Checks one sample's output shape against what the targets are. */
  fits(output: Shape, target: DatasetInfo['target'], refuse: RefuseFit): void;
  /** Output [batch, …] and targets [batch, …] → [] */
  forward(output: Tensor, targets: Tensor, args: A): Tensor;
}

export interface Loss extends Component, LossMethods<Record<string, unknown>> {}

export function defineLoss<S extends ArgsShape>(
  loss: { type: string; help: string; args: S } & LossMethods<Args<S>>,
): Loss {
  return loss as unknown as Loss;
}

/** torch's reductions, without "none": what is minimised must be one number. */
export const Reduction = z.enum(['mean', 'sum']).default('mean').describe("Over the batch's losses");

export function reduced(losses: Tensor, reduction: 'mean' | 'sum'): Tensor {
  return reduction === 'mean' ? mean(losses) : sum(losses);
}
