// The weights that a run returns, however it ends: the last ones, and those of its best epoch.

import type { Place } from '#contracts/jobs/checkpoint.ts';
import type { CompiledJob } from '../job/compile.ts';
import { encodeArtifact } from './artifact.ts';
import type { RunState } from './run-state.ts';

export interface KeptModel extends Place {
  readonly file: Uint8Array;
}

export interface KeptModels {
  readonly last: KeptModel | null;
  readonly best: KeptModel | null;
}

/**
 * If last and best are the same weights, they share one file. The last weights of a diverged run are useless even if still finite, so only
 * the best are kept.
 */
export function modelsOf(job: CompiledJob, state: RunState, diverged: boolean): KeptModels {
  const { epoch, step, best } = state;
  const last = diverged ? null : keptModel(job, { epoch, step }, state.states);
  if (best === null) return { last, best: null };
  const place = { epoch: best.epoch, step: best.step };
  if (last !== null && best.step === step) return { last, best: { ...place, file: last.file } };
  return { last, best: keptModel(job, place, state.bestStates) };
}

/** Null if there are no weights, or if any is not finite (predict would return NaN). */
function keptModel(job: CompiledJob, place: Place, states: RunState['states']): KeptModel | null {
  const { theta } = states;
  if (theta === undefined || !theta.every(Number.isFinite)) return null;
  return { ...place, file: encodeArtifact(job.card, job.model, job.layout, states) };
}
