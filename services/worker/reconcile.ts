// The row is the truth, and this makes the queue agree with it: jobs whose worker fell silent are reclaimed, and those
// that wait are rung for again, in case the queue forgot. One worker at a time does it for all of them.

import type { Store, StoreLog } from '#store/store.ts';

/** Rung for each time; the others have their turn when these are done. */
const NOTIFIED_AT_ONCE = 100;

export interface ReconcileOptions {
  store: Pick<Store, 'jobs' | 'queue' | 'duties' | 'workers' | 'ping'>;
  maxAttempts: number;
  /**
   * The database was out of reach until now: leases may have run out whose workers live. They have until the next time to say so
   * themselves, which counts no attempt.
   */
  wasAway?: boolean;
  /** Of this and the other workers, one does it so often. */
  everySeconds: number;
  log: StoreLog;
}

/** @returns in how many milliseconds the next lease ends, where this worker is the one that looked */
export async function reconcile({
  store,
  maxAttempts,
  wasAway = false,
  everySeconds,
  log,
}: ReconcileOptions): Promise<number | null> {
  if (!(await store.duties.take('reconcile', everySeconds))) {
    // Another worker did; what is left to know is whether the queue answers this one.
    await store.ping();
    return null;
  }
  if (!wasAway) await takeBack({ store, maxAttempts, log });
  await Promise.all((await store.jobs.waiting(NOTIFIED_AT_ONCE)).map((job) => store.queue.add(job)));
  await store.workers.sweep();
  return wasAway ? null : store.jobs.nextExpiryMs();
}

/** Jobs whose worker fell silent wait for another. */
export async function takeBack({
  store,
  maxAttempts,
  log,
}: Pick<ReconcileOptions, 'store' | 'maxAttempts' | 'log'>): Promise<void> {
  const back = await store.jobs.reclaim(maxAttempts);
  if (back.requeued.length + back.failed.length + back.cancelled.length === 0) return;
  log.warn({ ...back }, 'took back jobs whose worker fell silent');
  await Promise.all(back.requeued.map((job) => store.queue.add(job)));
}
