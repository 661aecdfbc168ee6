// What a metric is: numbers that each batch sums up, and how the sums of an epoch become one value. A metric is a
// file of this form and a line in index.ts.

import type { Tensor } from '#engine/tensor.ts';
import type { Loss, Task } from '../losses/loss.ts';

export interface Metric {
  readonly name: string;
  readonly help: string;
  /** For which kinds of output it means something. */
  readonly tasks: readonly Task[];
  /** A sum over the batch's samples: []. */
  record(output: Tensor, targets: Tensor, loss: Loss): Tensor;
  /** From the sum over all samples of an epoch. */
  finish(sum: number, samples: number): number;
}
