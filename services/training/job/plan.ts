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

/** A held-out fraction is rounded down, as in torch's random_split. */
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
    // Samples not in the test are dealt one by one, so the first folds may have one more.
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

/**
 * Bytes of a row, inputs and targets.
 * @param inputBytes per input number, as the program stores it
 */
export function rowBytesOf(model: Model, target: readonly number[], inputBytes: number): number {
  return inputBytes * sizeOf(model.input) + 4 * sizeOf(target);
}

/**
 * A rough upper estimate in bytes: every layer's output counts with its gradient and a working copy; fusion and memory reuse may reduce
 * that to a quarter.
 * @param rows held by the program, `rowBytes` each
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

export function totalOf({ dataset, parameters, activations }: MemoryEstimate): number {
  return dataset + parameters + activations;
}

/** In MiB, rounded up. */
export function mib(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MiB`;
}
