// A job's needs as plain numbers, before anything is allocated: held-out rows and memory.

import { addedTo, type JobInfo } from '../data/rows/join.ts';
import type { Model } from '../model/model.ts';
import { sizeOf } from '../model/shape.ts';
import { type Holding, type Part, partsOf, shareOf } from './held-out.ts';

export interface SplitSizes {
  readonly train: number;
  readonly validation: number;
  readonly test: number;
}

/** A held-out share is rounded down, as torch's random_split does. */
export function splitSizes(info: JobInfo, training: Holding): SplitSizes {
  if (info.windows !== undefined) return info.windows;
  const { own, ...added } = addedTo(info);
  const parts = partsOf(training);
  const sizeOfPart = (part: Part): number => {
    const held = parts[part];
    if (held === null) return 0;
    if (info.parts !== undefined) return info.parts[part];
    if ('dataset' in held) return added[part];
    if (held.by === 'column') return info.split?.[part] ?? 0;
    // Dealt one by one, beside what the test has: the first folds may have one more.
    if (held.by === 'fold')
      return Math.ceil(
        (own - (parts.test === null || 'dataset' in parts.test ? 0 : sizeOfPart('test')) - held.fold + 1) /
          held.folds,
      );
    return shareOf(own, held.fraction);
  };
  const [validation, test] = [sizeOfPart('validation'), sizeOfPart('test')];
  return { train: info.samples - validation - test, validation, test };
}

export interface MemoryEstimate {
  readonly dataset: number;
  readonly parameters: number;
  readonly activations: number;
}

/** Bytes of a row, inputs and targets. @param inputBytes of each number of the inputs, as the program keeps them */
export function rowBytesOf(model: Model, target: readonly number[], inputBytes: number): number {
  return inputBytes * sizeOf(model.input) + 4 * sizeOf(target);
}

/**
 * Bytes, roughly and mostly from above: every layer's output is counted with its gradient and a working copy, of which fusion
 * and the reuse of memory may leave a quarter.
 * @param rows that the program holds, of so many bytes each
 */
export function estimateMemory(
  model: Model,
  rows: number,
  batch: number,
  rowBytes: number,
  slots: number,
): MemoryEstimate {
  const activations = model.layers.reduce((sum, { output }) => sum + sizeOf(output), sizeOf(model.input));
  const workspace = model.layers.reduce(
    (sum, { layer, args, input, output }) => sum + (layer.workspace?.(args, input, output) ?? 0),
    0,
  );
  return {
    dataset: rows * (rowBytes + 4),
    parameters: 4 * model.parameters * (2 + slots),
    activations: 4 * batch * (3 * activations + workspace),
  };
}

/** All of an estimate. */
export function totalOf({ dataset, parameters, activations }: MemoryEstimate): number {
  return dataset + parameters + activations;
}

/** As people read it, rounded up. */
export function mib(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MiB`;
}
