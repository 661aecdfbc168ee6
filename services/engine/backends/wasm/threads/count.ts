// How many threads a program is worth. Small programs run on one thread, without barriers.

import type { LoweredProgram } from '../../../lower/kernel.ts';
import { nanosecondsOf } from '../work.ts';

/** Nanoseconds of work per step that justify one thread. */
const WORTH_A_THREAD = 50_000;

/** @param most number of threads available */
export function threadsFor(lowered: LoweredProgram, most: number): number {
  const steps = lowered.entries.map(({ kernels }) =>
    kernels.reduce((sum, kernel) => sum + nanosecondsOf(kernel), 0),
  );
  const worth = Math.floor(Math.max(0, ...steps) / WORTH_A_THREAD);
  return Math.max(1, Math.min(most, worth));
}
