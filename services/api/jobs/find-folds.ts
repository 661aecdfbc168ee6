// Finds the jobs of a cross-validation.

import { isId } from '#contracts/ids.ts';
import type { JobRecord, TenantStore } from '#store/store.ts';
import { found } from '../lookup.ts';

/** The maximum number of folds. */
const LIMIT = 100;

/** The remaining jobs, ordered by fold. @throws Problem `not_found` if all have been deleted */
export async function findFolds(store: TenantStore, id: string): Promise<JobRecord[]> {
  const order = { by: 'created_at', descending: false } as const;
  const items = isId('cross-validation', id)
    ? (await store.jobs.list({ crossValidation: id, limit: LIMIT, order })).items
    : [];
  return found('cross-validation', id, items.length === 0 ? null : items);
}
