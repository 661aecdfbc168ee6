// The weights that a run leaves, however it ends: the last ones, and those of its best epoch.

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
 * Where both are the same weights, they are one file. Those of a run that diverged are worth nothing, even where they are finite
 * still: of it only the best ones are kept.
 */
export function modelsOf(job: CompiledJob, state: RunState, diverged: boolean): KeptModels {
  const { epoch, step, best } = state;
  const last = diverged ? null : keptModel(job, { epoch, step }, state.states);
  if (best === null) return { last, best: null };
  const place = { epoch: best.epoch, step: best.step };
  if (last !== null && best.step === step) return { last, best: { ...place, file: last.file } };
  return { last, best: keptModel(job, place, state.bestStates) };
}

/** Null where there are none, or such that predict would answer with NaN. */
function keptModel(job: CompiledJob, place: Place, states: RunState['states']): KeptModel | null {
  const { theta } = states;
  if (theta === undefined || !theta.every(Number.isFinite)) return null;
  return { ...place, file: encodeArtifact(job.card, job.model, job.layout, states) };
}
