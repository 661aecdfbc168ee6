// A metric: a few numbers recorded per batch, and how their sums over an epoch become one value. A metric is a file of this form and a
// line in index.ts.

import type { Tensor } from '#engine/tensor.ts';
import type { Loss, Task } from '../losses/loss.ts';
import type { Named } from '../model/component.ts';
import type { Shape } from '../model/shape.ts';

/** A batch of outputs with its targets. */
export interface Answered {
  /** [batch, …] */
  readonly output: Tensor;
  /** [batch, …] */
  readonly targets: Tensor;
  readonly loss: Named<Loss>;
  /** The mean target, per number of a target: sums of squares around it lose no digits. */
  readonly center: () => Tensor;
  /** What 1.0 in output and targets is in the data's units, per number or for all; null if they are in those already. */
  readonly unit: () => Tensor | null;
}

export interface Metric<Value = number | number[][]> {
  readonly name: string;
  readonly help: string;
  /** The tasks for which it is meaningful. */
  readonly tasks: readonly Task[];
  /** Whether higher or lower is better; null if it is not a single number. */
  readonly better: 'max' | 'min' | null;
  /** Whether it reads the targets' center. */
  readonly centered?: boolean;
  /** Whether its value is in the data's units, so that it reads `unit`. */
  readonly inUnits?: boolean;
  /** What a batch adds to the sums: [numbers]. Metrics that share a record function share its work. */
  readonly record: (batch: Answered) => Tensor;
  /** The value, from the sums over all batches of an epoch. */
  finish(sums: readonly number[]): Value;
  /**
   * @param output shape for one sample
   * @returns why the metric is meaningless for it, or null
   */
  unfit?(output: Shape, loss: Loss): string | null;
}
