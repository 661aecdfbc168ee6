// The row is the truth, and this makes the queue agree with it: jobs whose worker fell silent are taken back, and those
// that wait are rung for again, in case the queue forgot.

import type { Store, StoreLog } from '#store/store.ts';

/** Rung for each time; the others have their turn when these are done. */
const RUNG_AT_ONCE = 100;

export interface ReconcileOptions {
  store: Pick<Store, 'jobs' | 'queue'>;
  maxAttempts: number;
  log: StoreLog;
}

export async function reconcile({ store, maxAttempts, log }: ReconcileOptions): Promise<void> {
  const back = await store.jobs.takeBack(maxAttempts);
  if (back.requeued.length + back.failed.length + back.cancelled.length > 0) {
    log.warn({ ...back }, 'took back jobs whose worker fell silent');
  }
  const waiting = await store.jobs.waiting();
  for (const job of waiting.slice(0, RUNG_AT_ONCE)) await store.queue.add(job);
}
