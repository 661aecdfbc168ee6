// The weights that a job starts from, as `model.weights` names them: validated from the header alone, and referenced by the new job, so
// that they cannot be deleted before it has begun.

import { Problem } from '#contracts/errors.ts';
import { readWeightsRef } from '#contracts/training/weights-ref.ts';
import type { TensorInfo } from '#contracts/weights.ts';
import type { TenantStore } from '#store/store.ts';
import type { Find, WeightsFound } from '#training/job/find.ts';
import { headerOf } from '#training/model/safetensors.ts';
import { tensorsIn } from '#training/run/artifact.ts';
import { findJob, findWeights, sourceOf, type WeightsSource, weightsOf } from '../lookup.ts';

export interface StartingWeights {
  /** The reference as given, made explicit where needed: `job_…` becomes `job_…@best` or `job_…@last`. */
  ref: string;
  artifact: string;
  tensors: readonly TensorInfo[];
}

async function tensorsOf(
  { artifacts }: TenantStore,
  { artifact, which }: WeightsSource,
): Promise<TensorInfo[]> {
  const stored = await artifacts.find(artifact);
  if (stored === null) throw new Problem('not_found', 'these weights have just been deleted');
  return tensorsIn(await headerOf(artifacts.read(artifact), stored.bytes), which);
}

/** @throws Problem saying why there are no such weights */
export async function findStartingWeights(store: TenantStore, text: string): Promise<StartingWeights> {
  const ref = readWeightsRef(text);
  if (ref === null) {
    const message = `${JSON.stringify(text.slice(0, 100))} does not name weights: expected the id of uploaded weights (w_…), of a job (job_…, job_…@best or job_…@last) or of a checkpoint (chk_…)`;
    throw new Problem('invalid_request', message);
  }
  if (ref.kind === 'weights') {
    const { artifact, tensors } = await findWeights(store, ref.id);
    return { ref: text, artifact, tensors };
  }
  if (ref.kind === 'checkpoint') {
    const checkpoint = await store.checkpoints.find(ref.id);
    if (checkpoint === null) throw new Problem('not_found', `there is no checkpoint "${ref.id}"`);
    const source = sourceOf(checkpoint);
    return { ref: text, artifact: source.artifact, tensors: await tensorsOf(store, source) };
  }
  const source = weightsOf(await findJob(store, ref.id), ref.which, 'another job can start from it');
  return {
    ref: `${ref.id}@${source.which}`,
    artifact: source.artifact,
    tensors: await tensorsOf(store, source),
  };
}

export const weightsFinder =
  (store: TenantStore): Find<WeightsFound> =>
  async (text) => {
    try {
      return { tensors: (await findStartingWeights(store, text)).tensors };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return { refused: error.message };
    }
  };
