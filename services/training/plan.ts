// What a job will need, as plain numbers, before anything is allocated: who is held out, and how much memory.

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
  const activations = model.layers.reduce((sum, { output }) => sum + sizeOf(output), sizeOf(model.input));
  const workspace = model.layers.reduce(
    (sum, { layer, args, input, output }) => sum + (layer.workspace?.(args, input, output) ?? 0),
    0,
  );
  return {
    dataset: 4 * rows * (sizeOf(model.input) + sizeOf(target) + 1),
    parameters: 4 * model.parameters * (2 + slots),
    activations: 4 * Math.min(batch, rows) * (3 * activations + workspace),
  };
}

/** As people read it, rounded up. */
export function mib(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MiB`;
}
