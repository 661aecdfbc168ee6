// A metric: a few numbers recorded per batch, and how their sums over an epoch become one value. A metric is a file of this form and a
// line in index.ts.

import type { Tensor } from '#engine/tensor.ts';
import type { Loss, Task } from '../losses/loss.ts';
import type { Named } from '../model/component.ts';
import type { Shape } from '../model/shape.ts';

/** A batch that was answered. */
export interface Answered {
  /** [batch, …] */
  readonly output: Tensor;
  /** [batch, …] */
  readonly targets: Tensor;
  readonly loss: Named<Loss>;
  /** The mean of all targets, for each number of one: sums of squares from there lose no digits. */
  readonly center: () => Tensor;
  /** How much of the data's unit a 1 of output and targets is, for each number or for all; null where it is 1. */
  readonly unit: () => Tensor | null;
}

export interface Metric<Value = number | number[][]> {
  readonly name: string;
  readonly help: string;
  /** For which kinds of output it means something. */
  readonly tasks: readonly Task[];
  /** Whether more is better, or less; null where it is not one number. */
  readonly better: 'max' | 'min' | null;
  /** Whether it reads the targets' center. */
  readonly centered?: boolean;
  /** Whether its value is in the units of the targets: it reads their unit. */
  readonly inUnits?: boolean;
  /** What a batch adds to the sums: [numbers]. Metrics that record by the same function share its work. */
  readonly record: (batch: Answered) => Tensor;
  /** From the sums over all batches of an epoch. */
  finish(sums: readonly number[]): Value;
  /** @param output shape of one sample's. Returns why it means nothing there. */
  unfit?(output: Shape, loss: Loss): string | null;
}
