// A loss: a file of this form and a line in index.ts.

import { z } from 'zod';
import type { DatasetInfo } from '#contracts/datasets/dataset.ts';
import { mean, sum } from '#engine/functions.ts';
import type { Tensor } from '#engine/tensor.ts';
import type { Args, ArgsShape, Component } from '../model/component.ts';
import type { Shape } from '../model/shape.ts';
import { areShares } from './class-shares.ts';

/**
 * What is asked of the network:
 * classes: one of several, along the first dimension of the output; binary: yes or no, for every number of the output;
 * numbers: the values themselves; distribution: how likely each of the output's places is.
 */
export type Task = 'classes' | 'binary' | 'numbers' | 'distribution';

/** What the numbers of the output are, in the sense of the task. */
export type Gives = 'logits' | 'probabilities' | 'log_probabilities' | 'values';

/** One reason why output and targets do not go together; `row` is where the first such target stands. */
export type RefuseFit = (about: 'loss' | 'targets', message: string, row?: number) => void;

export interface LossMethods<A> {
  readonly task: Task;
  readonly gives: Gives;
  /** Class indices are kept as i32, numbers as f32. */
  readonly targetType: 'i32' | 'f32';
  /** Targets in the shape of the output are the shares of its classes. */
  readonly takesShares?: boolean;
  /** Checks one sample's output shape and the arguments against what the targets are. */
  fits(output: Shape, target: DatasetInfo['target'], refuse: RefuseFit, args: A): void;
  /** Arguments that are in the units of the targets. None if omitted. */
  readonly inUnits?: readonly string[];
  /** Lists of numbers among the arguments, such as the weight of every class; `constant` hands them to `forward`. */
  constants?(args: A): Readonly<Record<string, readonly number[]>>;
  /** Output [batch, …] and targets [batch, …] → [] */
  forward(output: Tensor, targets: Tensor, args: A, constant: (name: string) => Tensor): Tensor;
  /** Of targets that are no shares: 1 for every one that counts, 0 for one that is ignored, in the targets' shape. All count if omitted. */
  counts?(targets: Tensor, args: A): Tensor;
}

/** Whether the targets of a sample are shares of the classes of its output, and not class indices. */
export function hasShares({ takesShares = false }: Pick<Loss, 'takesShares'>, output: Shape, target: Shape) {
  return takesShares && areShares(output, target);
}

/** How targets of this shape are kept, for an output of that. */
export function targetTypeOf(loss: Loss, output: Shape, target: Shape): 'i32' | 'f32' {
  return hasShares(loss, output, target) ? 'f32' : loss.targetType;
}

export interface Loss extends Component, LossMethods<Record<string, unknown>> {}

export function defineLoss<S extends ArgsShape>(
  loss: { type: string; help: string; args: S } & LossMethods<Args<S>>,
): Loss {
  return loss as unknown as Loss;
}

/** torch's reductions, without "none": what is minimised must be one number. */
export const Reduction = z
  .enum(['mean', 'sum'])
  .default('mean')
  .describe('Reduction over the losses of the batch');

/** `losses` of any shape → [] */
export function reduced(losses: Tensor, reduction: 'mean' | 'sum'): Tensor {
  return reduction === 'mean' ? mean(losses) : sum(losses);
}

/** For `constants`: those lists that were given. */
export function given(
  lists: Readonly<Record<string, readonly number[] | null>>,
): Record<string, readonly number[]> {
  return Object.fromEntries(
    Object.entries(lists).flatMap(([name, list]) => (list === null ? [] : [[name, list]])),
  );
}
