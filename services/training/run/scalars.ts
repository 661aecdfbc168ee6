// The values that change from step to step, such as the learning rate, for each step of a run.

import type { CompiledJob } from '../job/compile.ts';
import type { Run } from './pass.ts';
import type { RunState } from './run-state.ts';
import { ratesAt } from './schedule.ts';
import { MOMENTUM, SHARE } from './step.ts';

/** @returns [steps, scalars], in the order of `job.scalars` */
export function scalarsOf(job: CompiledJob, state: RunState, { steps, updates, group }: Run): Float32Array {
  const { recipe, scalars: names } = job;
  const { definition, args } = recipe.optimizer;
  const table = new Float32Array(steps * names.length);
  const own = definition.scalars(args).length;
  const [momentumAt, shareAt] = [names.indexOf(MOMENTUM), names.indexOf(SHARE)];
  for (let i = 0; i < steps; i++) {
    const row = table.subarray(i * names.length, (i + 1) * names.length);
    if (shareAt >= 0) row[shareAt] = 1 / group;
    if (i >= updates) continue;
    const { lr, momentum } = ratesAt(job, state, state.step + i);
    const moved = momentum === null ? args : definition.withMomentum!(args, momentum);
    const now = definition.scalarsAt(moved, state.step + i + 1, lr);
    for (let j = 0; j < own; j++) row[j] = now[j]!;
    if (momentum !== null) row[momentumAt] = momentum;
  }
  return table;
}
