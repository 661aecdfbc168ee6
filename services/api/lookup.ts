// From the id in a URL to the record, or the contract's 404. What does not look like an id never reaches the
// database.

import { type Detail, Problem, problemOf } from '#contracts/errors.ts';
import { ID_PREFIX, isId } from '#contracts/ids.ts';
import type { DatasetRecord } from '#store/dataset-record.ts';
import type { JobRecord } from '#store/job-record.ts';
import type { Store } from '#store/store.ts';

function notFound(kind: 'job' | 'dataset', id: string): Problem {
  const detail: Detail = { param: 'id', code: 'not_found', message: `there is no ${kind} "${id}"` };
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

/** For `?after=` of a list. */
export function checkCursor(kind: 'job' | 'dataset', after: string | undefined): string | undefined {
  if (after === undefined || isId(kind, after)) return after;
  const message = `expected the id of a ${kind} (${ID_PREFIX[kind]}…), the last one of the page before`;
  throw problemOf('invalid_request', [{ param: 'after', code: 'invalid_id', message }]);
}
