// What a job will do, as plain numbers: who is held out, how many steps an epoch takes, how much memory the program
// needs. Computed before anything is allocated; the validation, the program and the fit loop all read it here.

import type { Model } from './model.ts';
import { sizeOf } from './shape.ts';

export interface SplitSizes {
  readonly train: number;
  readonly validation: number;
}

/** The held-out share is rounded down, as torch's random_split does. */
export function splitSizes(samples: number, validationSplit: number): SplitSizes {
  // 0.29 · 100 is 28.999999999999996 in doubles, and means 29.
  const validation = Math.floor(samples * validationSplit + 1e-9);
  return { train: samples - validation, validation };
}

/** One pass over some rows in batches: whole ones, then one that is shorter. */
export interface Pass {
  readonly batch: number;
  readonly whole: number;
  /** Rows of the last, short batch; 0 where there is none. */
  readonly tail: number;
  readonly steps: number;
  /** Rows that are visited. */
  readonly rows: number;
}

export function passOver(rows: number, batch: number, dropLast: boolean): Pass {
  const whole = Math.floor(rows / batch);
  const tail = dropLast ? 0 : rows % batch;
  return { batch, whole, tail, steps: whole + (tail > 0 ? 1 : 0), rows: whole * batch + tail };
}

export interface MemoryEstimate {
  readonly dataset: number;
  readonly parameters: number;
  readonly activations: number;
}

/** Bytes, from above: every layer's output is counted with its gradient and a working copy. */
export function estimateMemory(
  model: Model,
  rows: number,
  batch: number,
  target: readonly number[],
  slots: number,
): MemoryEstimate {
  const activations = model.layers.reduce((sum, layer) => sum + sizeOf(layer.output), sizeOf(model.input));
  return {
    dataset: 4 * rows * (sizeOf(model.input) + sizeOf(target) + 1),
    parameters: 4 * model.parameters * (2 + slots),
    activations: 4 * 3 * Math.min(batch, rows) * activations,
  };
}
