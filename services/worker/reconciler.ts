// When a worker compares queue and rows: every few seconds, and when the lease of an unresponsive worker expires.
// Only one worker does it at a time.

import type { Store, StoreLog } from '#store/store.ts';
import { type ReconcileOptions, reclaimJobs, reconcile } from './reconcile.ts';

/** Delay after the end of a lease, and between two checks of ending leases. */
const AFTER_EXPIRY_MS = 250;

export interface ReconcilerOptions {
  store: ReconcileOptions['store'] & Pick<Store, 'workers'>;
  maxAttempts: number;
  periodMs: number;
  log: StoreLog;
  /** Records that this worker is alive. */
  beat(): Promise<unknown>;
  /** Queue and rows agree. */
  onAgreed(): Promise<unknown>;
}

export interface Reconciler {
  /** Resolves when no check is running any more. */
  stop(): Promise<void>;
}

export function startReconciler(options: ReconcilerOptions): Reconciler {
  const { store, maxAttempts, periodMs, log } = options;
  // A little less than the shortest time between two checks of one worker: a single worker makes every one.
  const everySeconds = (0.7 * periodMs) / 1_000;
  let stopped = false;
  let wasAway = false;
  let timer: NodeJS.Timeout | undefined;
  let expiry: NodeJS.Timeout | undefined;
  let looking: Promise<void> = Promise.resolve();
  let taking: Promise<void> = Promise.resolve();

  /** Leases of live workers never get so close to their end that this has anything to do. */
  const watch = (soonestMs: number | null) => {
    clearTimeout(expiry);
    if (stopped || soonestMs === null || soonestMs > periodMs) return;
    expiry = setTimeout(() => {
      taking = reclaimJobs({ store, maxAttempts, log })
        .then(() => store.jobs.nextExpiryMs())
        .then(watch, (error: unknown) => log.warn({ err: error }, 'could not reclaim jobs; trying again'));
    }, Math.max(0, soonestMs) + AFTER_EXPIRY_MS);
  };
  const look = async () => {
    try {
      await options.beat();
      watch(await reconcile({ store, maxAttempts, wasAway, everySeconds, log }));
      wasAway = false;
      await options.onAgreed();
    } catch (error) {
      wasAway = true;
      clearTimeout(expiry);
      log.warn({ err: error }, 'could not reconcile; trying again');
    }
    if (stopped) return;
    // Apart from the others, which may have started together.
    const delay = periodMs * (0.75 + 0.5 * Math.random());
    timer = setTimeout(() => {
      looking = look();
    }, delay);
  };
  looking = look();

  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      clearTimeout(expiry);
      await Promise.all([looking, taking]);
      clearTimeout(expiry);
    },
  };
}
