// The row is authoritative, and this makes the queue agree with it: jobs of unresponsive workers are reclaimed, and
// notifications for waiting jobs are repeated, in case they were lost. One worker at a time does it for all.

import type { Store, StoreLog } from '#store/store.ts';

/** Notifications per round; further jobs are notified in later rounds. */
const NOTIFIED_AT_ONCE = 100;

export interface ReconcileOptions {
  store: Pick<Store, 'jobs' | 'queue' | 'duties' | 'workers' | 'ping'>;
  maxAttempts: number;
  /**
   * The database was unreachable until now, so leases of live workers may have expired. They have until the next round to renew them before
   * any attempt is reclaimed.
   */
  wasAway?: boolean;
  /** Interval at which one worker reconciles for all. */
  everySeconds: number;
  log: StoreLog;
}

/** @returns milliseconds until the next lease expires; null if another worker did the check */
export async function reconcile({
  store,
  maxAttempts,
  wasAway = false,
  everySeconds,
  log,
}: ReconcileOptions): Promise<number | null> {
  if (!(await store.duties.take('reconcile', everySeconds))) {
    // Another worker reconciled; only check that this one can reach the queue.
    await store.ping();
    return null;
  }
  if (!wasAway) await reclaimJobs({ store, maxAttempts, log });
  await Promise.all((await store.jobs.waiting(NOTIFIED_AT_ONCE)).map((job) => store.queue.add(job)));
  await store.workers.sweep();
  return wasAway ? null : store.jobs.nextExpiryMs();
}

/** Requeues jobs of unresponsive workers. */
export async function reclaimJobs({
  store,
  maxAttempts,
  log,
}: Pick<ReconcileOptions, 'store' | 'maxAttempts' | 'log'>): Promise<void> {
  const back = await store.jobs.reclaim(maxAttempts);
  if (back.requeued.length + back.failed.length + back.cancelled.length === 0) return;
  log.warn({ ...back }, 'reclaimed jobs of unresponsive workers');
  await Promise.all(back.requeued.map((job) => store.queue.add(job)));
}
