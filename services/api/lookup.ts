// From the id in a URL to the record, or a 404. Strings that are not ids never reach the database.

import type { DatasetInfo } from '#contracts/datasets/dataset.ts';
import { type Detail, Problem, problemOf } from '#contracts/errors.ts';
import { ID_PREFIX, isId } from '#contracts/ids.ts';
import type { Which } from '#contracts/jobs/checkpoint.ts';
import { isTerminal } from '#contracts/jobs/job.ts';
import { restoresBest } from '#contracts/training/training.ts';
import type { DatasetRecord } from '#store/artifacts/dataset-record.ts';
import type { JobRecord } from '#store/jobs/job-record.ts';
import type {
  CheckpointRecord,
  TenantStore,
  UploadRecord,
  WebhookRecord,
  WeightsRecord,
} from '#store/store.ts';
import type { Find } from '#training/job/find.ts';

type Kind = 'job' | 'cross-validation' | 'dataset' | 'weights' | 'key' | 'webhook' | 'upload';

function notFound(kind: Kind, id: string): Problem {
  const verb = kind === 'weights' ? 'are' : 'is';
  const detail: Detail = { param: 'id', code: 'not_found', message: `there ${verb} no ${kind} "${id}"` };
  return new Problem('not_found', detail.message, [detail]);
}

/** Returns the record. @throws Problem `not_found` if it is null */
export function found<R>(kind: Kind, id: string, record: R | null): R {
  if (record === null) throw notFound(kind, id);
  return record;
}

export async function findJob(store: TenantStore, id: string): Promise<JobRecord> {
  return found('job', id, isId('job', id) ? await store.jobs.get(id) : null);
}

export async function findDataset(store: TenantStore, id: string): Promise<DatasetRecord> {
  return found('dataset', id, isId('dataset', id) ? await store.datasets.get(id) : null);
}

export async function findWeights(store: TenantStore, id: string): Promise<WeightsRecord> {
  return found('weights', id, isId('weights', id) ? await store.weights.get(id) : null);
}

export async function findWebhook(store: TenantStore, id: string): Promise<WebhookRecord> {
  return found('webhook', id, isId('webhook', id) ? await store.webhooks.get(id) : null);
}

export async function findUpload(store: TenantStore, id: string): Promise<UploadRecord> {
  return found('upload', id, isId('upload', id) ? await store.uploads.get(id) : null);
}

/** For ids in a body: null if missing, so that the training module can report what is missing and where. */
export const datasetFinder =
  (store: TenantStore): Find<DatasetInfo> =>
  async (id) =>
    isId('dataset', id) ? ((await store.datasets.get(id))?.info ?? null) : null;

/** A file of weights, and which ones in it to use if it is a checkpoint. */
export interface WeightsSource {
  artifact: string;
  which: Which;
}

/** Which of its weights a finished job serves by default; null if it kept none. */
export function servedBy({ spec, model, bestModel }: JobRecord): Which | null {
  if (bestModel !== null && (restoresBest(spec.training) || model === null)) return 'best';
  return model === null ? null : 'last';
}

/** The weights of a job; `use` says what they are for, as in "it can predict". */
export function weightsOf(job: JobRecord, asked: Which | undefined, use: string): WeightsSource {
  const { id, status, error, model, bestModel } = job;
  const which = asked ?? servedBy(job) ?? 'last';
  const kept = which === 'best' ? bestModel : model;
  if (kept !== null) return { artifact: kept.artifact, which };
  if (!isTerminal(status)) {
    const hint = `until then, use one of its checkpoints (/jobs/${id}/checkpoints)`;
    throw new Problem('job_not_finished', `the job is ${status}: ${use} once it has ended; ${hint}`);
  }
  if (model !== null || bestModel !== null) {
    throw new Problem('conflict', `the job kept only its ${which === 'best' ? 'last' : 'best'} weights`);
  }
  const why = error === null ? '' : ` (${error.code}: ${error.message})`;
  throw new Problem('conflict', `the job ${status}${why} before there were any weights`);
}

/** The weights of a checkpoint, by default those of its own epoch and step. */
export function sourceOf(
  { id, artifact, bestPlace }: CheckpointRecord,
  which: Which = 'last',
): WeightsSource {
  if (which === 'best' && bestPlace === null) {
    throw new Problem(
      'conflict',
      `${id} holds no best weights: no epoch had been measured as the best before it`,
    );
  }
  return { artifact, which };
}

/** @throws Problem `not_found` */
export async function findCheckpoint(
  store: TenantStore,
  jobId: string,
  id: string,
): Promise<CheckpointRecord> {
  const job = await findJob(store, jobId);
  const all = isId('checkpoint', id) ? await store.checkpoints.list(job.id) : [];
  const one = all.find((checkpoint) => checkpoint.id === id);
  if (one !== undefined) return one;
  const message = `the job has no checkpoint ${JSON.stringify(id.slice(0, 100))}: it may have been replaced by a later one`;
  throw new Problem('not_found', message, [{ param: 'checkpoint', code: 'not_found', message }]);
}

/** Validates `?after=` of a list. @throws Problem if it is not an id of this kind */
export function checkCursor(kind: Exclude<Kind, 'weights'>, after: string | undefined): string | undefined {
  if (after === undefined || isId(kind, after)) return after;
  const message = `expected the id of a ${kind} (${ID_PREFIX[kind]}…), the last one of the previous page`;
  throw problemOf('invalid_request', [{ param: 'after', code: 'invalid_id', message }]);
}
