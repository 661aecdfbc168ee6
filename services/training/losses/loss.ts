// A loss: a file of this form and a line in index.ts.

import { z } from 'zod';
import type { DatasetInfo } from '#contracts/datasets/dataset.ts';
import { mean, sum } from '#engine/functions.ts';
import type { Tensor } from '#engine/tensor.ts';
import type { Args, ArgsShape, Component } from '../model/component.ts';
import type { Shape } from '../model/shape.ts';
import { areShares } from './class-shares.ts';

/**
 * What the network predicts:
 * - classes: one of several, along the first dimension of the output
 * - binary: yes or no, for each number of the output
 * - numbers: the values themselves
 * - distribution: a probability for each element of the output
 */
export type Task = 'classes' | 'binary' | 'numbers' | 'distribution';

/** What the numbers of the output represent. */
export type Gives = 'logits' | 'probabilities' | 'log_probabilities' | 'values';

/** A reason why output and targets do not fit; `row` is the first row with such a target. */
export type RefuseFit = (about: 'loss' | 'targets', message: string, row?: number) => void;

export interface LossMethods<A> {
  readonly task: Task;
  readonly gives: Gives;
  /** Class indices are stored as i32, numbers as f32. */
  readonly targetType: 'i32' | 'f32';
  /** Whether targets in the output's shape are read as class probabilities. */
  readonly takesShares?: boolean;
  /** Checks one sample's output shape and the arguments against the targets. */
  fits(output: Shape, target: DatasetInfo['target'], refuse: RefuseFit, args: A): void;
  /** Arguments in the units of the targets. None if omitted. */
  readonly inUnits?: readonly string[];
  /** List arguments, such as the weight of every class; `constant` passes them to `forward`. */
  constants?(args: A): Readonly<Record<string, readonly number[]>>;
  /** Output [batch, …] and targets [batch, …] → [] */
  forward(output: Tensor, targets: Tensor, args: A, constant: (name: string) => Tensor): Tensor;
  /** For targets that are not class probabilities: 1 if a target counts, 0 if it is ignored, in the targets' shape. All count if omitted. */
  counts?(targets: Tensor, args: A): Tensor;
}

/** Whether a sample's targets are class probabilities rather than class indices. */
export function hasShares({ takesShares = false }: Pick<Loss, 'takesShares'>, output: Shape, target: Shape) {
  return takesShares && areShares(output, target);
}

/** How targets of this shape are stored, given the output's shape. */
export function targetTypeOf(loss: Loss, output: Shape, target: Shape): 'i32' | 'f32' {
  return hasShares(loss, output, target) ? 'f32' : loss.targetType;
}

export interface Loss extends Component, LossMethods<Record<string, unknown>> {}

export function defineLoss<S extends ArgsShape>(
  loss: { type: string; help: string; args: S } & LossMethods<Args<S>>,
): Loss {
  return loss as unknown as Loss;
}

/** torch's reductions, without "none": a loss must be a single number to be minimized. */
export const Reduction = z
  .enum(['mean', 'sum'])
  .default('mean')
  .describe('Reduction over the losses of the batch');

/** `losses` of any shape → [] */
export function reduced(losses: Tensor, reduction: 'mean' | 'sum'): Tensor {
  return reduction === 'mean' ? mean(losses) : sum(losses);
}

/** For `constants`: the lists that are not null. */
export function given(
  lists: Readonly<Record<string, readonly number[] | null>>,
): Record<string, readonly number[]> {
  return Object.fromEntries(
    Object.entries(lists).flatMap(([name, list]) => (list === null ? [] : [[name, list]])),
  );
}
