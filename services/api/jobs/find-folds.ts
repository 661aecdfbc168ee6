// Finds the jobs of a cross-validation.

import { isId } from '#contracts/ids.ts';
import type { JobRecord, TenantStore } from '#store/store.ts';
import { found } from '../lookup.ts';

/** As many as there are folds at most. */
const LIMIT = 100;

/** Those that are still there, by fold. @throws Problem `not_found` where none is */
export async function findFolds(store: TenantStore, id: string): Promise<JobRecord[]> {
  const order = { by: 'created_at', descending: false } as const;
  const items = isId('cross-validation', id)
    ? (await store.jobs.list({ crossValidation: id, limit: LIMIT, order })).items
    : [];
  return found('cross-validation', id, items.length === 0 ? null : items);
}
