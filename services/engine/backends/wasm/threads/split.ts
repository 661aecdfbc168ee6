// Chooses the loop variable along which threads split a kernel: a pure function of the kernel and the number of threads. The split is
// always between results, never within a sum, so it does not affect the bits.

import type { ContractKernel, Kernel } from '../../../lower/kernel.ts';
import { sizeOf } from '../../../shape.ts';
import { reduceStep } from '../kernels/reduce-plan.ts';
import { type Tiling, tilingOf } from '../kernels/tiling.ts';

export interface Split {
  /** The loop variable that is divided among the threads. */
  readonly v: number;
  /** Iterations per unit; the last unit may have fewer. */
  readonly step: number;
  /** Number of units: thread t of T takes units ⌊t·units/T⌋ up to, not including, ⌊(t+1)·units/T⌋. */
  readonly units: number;
}

/** Elements that map kernels process per iteration of the innermost loop. */
export function vectorStep(wide: boolean): number {
  return wide ? 8 : 4;
}

/** @returns null if there is nothing to share */
export function splitOf(kernel: Kernel, threads: number, wide: boolean): Split | null {
  if (threads === 1) return null;
  if (kernel.form === 'contract') return contractSplit(kernel, tilingOf(kernel, wide), threads);
  // Split by columns, so that each thread adds up a column's rows in order.
  if (kernel.form === 'scatter') return fullest([unitsOf(1, kernel.width, vectorStep(wide))], threads);
  const last = kernel.sizes.length - 1;
  const inner = kernel.form === 'map' ? vectorStep(wide) : reduceStep(kernel);
  const candidates = kernel.sizes.map((size, v) => unitsOf(v, size, v === last ? inner : 1));
  return fullest(candidates, threads);
}

function unitsOf(v: number, size: number, step: number): Split {
  return { v, step, units: Math.ceil(size / step) };
}

/** The busiest thread's units, as a fraction of all units. */
function busiest({ units }: Split, threads: number): number {
  return Math.ceil(units / threads) / units;
}

/** The split that balances the threads best; among equals the outermost, so that a thread's part is contiguous. */
function fullest(candidates: readonly Split[], threads: number): Split | null {
  let best: Split | null = null;
  for (const split of candidates) {
    if (split.units < 2) continue;
    if (best === null || busiest(split, threads) < busiest(best, threads) - 1e-9) best = split;
  }
  return best;
}

/** Cost of copying one element of an operand, in multiply-adds. */
const COPY = 16;

function contractSplit(kernel: ContractKernel, tiling: Tiling, threads: number): Split | null {
  const { batch, m, n, k } = kernel;
  const firstM = batch.length;
  const firstN = firstM + m.length;
  const [M, N, K] = [sizeOf(m), sizeOf(n), sizeOf(k)];
  const candidates: { split: Split; repeated: number }[] = [];
  for (const [v, size] of batch.entries()) candidates.push({ split: unitsOf(v, size, 1), repeated: 0 });
  // If the columns are divided, every thread copies all of a; if the rows are, every thread copies all of b.
  const copiesA = tiling.packA ? M * K * COPY : 0;
  const copiesB = tiling.pack === 'none' ? 0 : N * K * COPY;
  for (const [i, size] of n.entries()) {
    const step = i === n.length - 1 ? tiling.columns * tiling.together : 1;
    candidates.push({ split: unitsOf(firstN + i, size, step), repeated: copiesA });
  }
  for (const [i, size] of m.slice(0, m.length - tiling.wholeM).entries()) {
    const step = tiling.wholeM === 0 && i === m.length - 1 ? tiling.rows : 1;
    candidates.push({ split: unitsOf(firstM + i, size, step), repeated: copiesB });
  }
  let best: { split: Split; cost: number } | null = null;
  for (const { split, repeated } of candidates) {
    if (split.units < 2) continue;
    const whole = M * N * K + copiesA + copiesB - repeated;
    const cost = busiest(split, threads) * whole + repeated;
    if (best === null || cost < best.cost * (1 - 1e-9)) best = { split, cost };
  }
  return best?.split ?? null;
}
