// From the id in a URL to the record, or the contract's 404. What does not look like an id never reaches the
// database.

import type { DatasetInfo } from '#contracts/dataset.ts';
import { type Detail, Problem, problemOf } from '#contracts/errors.ts';
import { ID_PREFIX, isId } from '#contracts/ids.ts';
import { isTerminal } from '#contracts/job.ts';
import type { TensorInfo } from '#contracts/weights.ts';
import type { DatasetRecord } from '#store/dataset-record.ts';
import type { JobRecord } from '#store/job-record.ts';
import type { Store, WeightsRecord } from '#store/store.ts';
import type { Find } from '#training/validate.ts';

type Kind = 'job' | 'dataset' | 'weights';

function notFound(kind: Kind, id: string): Problem {
  const verb = kind === 'weights' ? 'are' : 'is';
  const detail: Detail = { param: 'id', code: 'not_found', message: `there ${verb} no ${kind} "${id}"` };
  return new Problem('not_found', detail.message, [detail]);
}

export async function findJob(store: Store, id: string): Promise<JobRecord> {
  const job = isId('job', id) ? await store.jobs.get(id) : null;
  if (job === null) throw notFound('job', id);
  return job;
}

export async function findDataset(store: Store, id: string): Promise<DatasetRecord> {
  const dataset = isId('dataset', id) ? await store.datasets.get(id) : null;
  if (dataset === null) throw notFound('dataset', id);
  return dataset;
}

export async function findWeights(store: Store, id: string): Promise<WeightsRecord> {
  const weights = isId('weights', id) ? await store.weights.get(id) : null;
  if (weights === null) throw notFound('weights', id);
  return weights;
}

/** For ids that stand in a body: null, and the training room says what is missing and where. */
export const datasetFinder =
  (store: Store): Find<DatasetInfo> =>
  async (id) =>
    isId('dataset', id) ? ((await store.datasets.get(id))?.info ?? null) : null;

export const weightsFinder =
  (store: Store): Find<readonly TensorInfo[]> =>
  async (id) =>
    isId('weights', id) ? ((await store.weights.get(id))?.tensors ?? null) : null;

/** The artifact of the trained model; `use` says what it is wanted for, as in "it can predict". */
export function modelOf({ status, error, modelArtifact }: JobRecord, use: string): string {
  if (modelArtifact !== null) return modelArtifact;
  if (!isTerminal(status)) {
    throw new Problem('job_not_finished', `the job is ${status}: ${use} when it has succeeded`);
  }
  const why = error === null ? '' : ` (${error.code}: ${error.message})`;
  throw new Problem('conflict', `the job ${status}${why}: it has no trained model`);
}

/** For `?after=` of a list. */
export function checkCursor(kind: 'job' | 'dataset', after: string | undefined): string | undefined {
  if (after === undefined || isId(kind, after)) return after;
  const message = `expected the id of a ${kind} (${ID_PREFIX[kind]}…), the last one of the page before`;
  throw problemOf('invalid_request', [{ param: 'after', code: 'invalid_id', message }]);
}
