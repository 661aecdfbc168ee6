// When a worker compares queue and rows: every few seconds, and when the lease of an unresponsive worker expires.
// Only one worker does it at a time.

import type { Store, StoreLog } from '#store/store.ts';
import { type ReconcileOptions, reclaimJobs, reconcile } from './reconcile.ts';

/** Delay after a lease expires before it is reclaimed, and so the minimum time between two such checks. */
const AFTER_EXPIRY_MS = 250;

export interface ReconcilerOptions {
  store: ReconcileOptions['store'] & Pick<Store, 'workers'>;
  maxAttempts: number;
  periodMs: number;
  log: StoreLog;
  /** Sends this worker's heartbeat. */
  beat(): Promise<unknown>;
  /** Queue and rows are consistent. */
  onAgreed(): Promise<unknown>;
}

export interface Reconciler {
  /** Resolves when no check is running. */
  stop(): Promise<void>;
}

export function startReconciler(options: ReconcilerOptions): Reconciler {
  const { store, maxAttempts, periodMs, log } = options;
  // Slightly less than a worker's shortest interval between checks, so that a single worker makes every one.
  const everySeconds = (0.7 * periodMs) / 1_000;
  let stopped = false;
  let wasAway = false;
  let timer: NodeJS.Timeout | undefined;
  let expiry: NodeJS.Timeout | undefined;
  let looking: Promise<void> = Promise.resolve();
  let taking: Promise<void> = Promise.resolve();

  /** Schedules a reclaim only for a lease about to expire; live workers renew theirs long before that. */
  const watch = (soonestMs: number | null) => {
    clearTimeout(expiry);
    if (stopped || soonestMs === null || soonestMs > periodMs) return;
    expiry = setTimeout(() => {
      taking = reclaimJobs({ store, maxAttempts, log })
        .then(() => store.jobs.nextExpiryMs())
        .then(watch, (error: unknown) => log.warn({ err: error }, 'could not reclaim jobs; retrying'));
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
      log.warn({ err: error }, 'could not reconcile; retrying');
    }
    if (stopped) return;
    // Jitter: workers may have started together.
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
