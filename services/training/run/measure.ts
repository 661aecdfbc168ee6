// From the sums of an epoch to its metrics: train_loss, val_accuracy, …

import type { CompiledJob } from '../job/compile.ts';

type Phase = 'train' | 'val' | 'test';

export interface Measured {
  readonly values: Record<string, number>;
  readonly matrices: { train?: number[][]; val?: number[][]; test?: number[][] };
}

/**
 * Adds the values of one phase.
 * @param sums each batch's loss times its rows, then the numbers of each metric; over `rows` rows
 */
export function measure(
  { recipe, recordSizes }: Pick<CompiledJob, 'recipe' | 'recordSizes'>,
  { values, matrices }: Measured,
  phase: Phase,
  sums: readonly number[],
  rows: number,
): void {
  values[`${phase}_loss`] = sums[0]! / rows;
  let offset = 1;
  for (const { name, finish } of recipe.metrics) {
    const size = recordSizes.get(name)!;
    const value = finish(sums.slice(offset, offset + size));
    if (typeof value === 'number') values[`${phase}_${name}`] = value;
    else matrices[phase] = value;
    offset += size;
  }
}
