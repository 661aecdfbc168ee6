// Renews a lease for as long as the worker lives, and reports what it finds in the row: that the lease is lost, or what
// the user requested (cancel, pause, a checkpoint). Each is reported once.

import type { JobStore, Lease } from '#store/jobs/job-record.ts';
import type { StoreLog } from '#store/store.ts';

/** Notifications may come in bursts; they make the keeper read the row at most this often. */
const SOON_MS = 100;
/** Delay after a failed renewal. */
const RETRY_MS = 1_000;
/** A process that notices the expiry later than this was frozen or starved of CPU. */
const LATE_MS = 1_000;

export interface LeaseKeeper {
  /** The row may have changed: read it soon. */
  checkSoon(): void;
  /** The lease is known to be lost (a write touched no row). */
  lost(): void;
  stop(): Promise<void>;
}

export interface LeaseKeeperOptions {
  jobs: Pick<JobStore, 'renew'>;
  lease: Lease;
  seconds: number;
  log: StoreLog;
  /** `outage` if it ended because the database did not respond although this process was running. */
  onLost(how: 'taken' | 'outage' | 'late'): void;
  onCancel(): void;
  onPause(): void;
  /** A new checkpoint has been requested. */
  onCheckpointWanted(): void;
}

export function keepLease(options: LeaseKeeperOptions): LeaseKeeper {
  const { jobs, lease, seconds, log } = options;
  const periodMs = (seconds * 1_000) / 4;
  let stopped = false;
  const delivered = { cancelling: false, pausing: false };
  // A checkpoint requested while no worker held the job is covered by the first checkpoint of this attempt.
  let wantedAt = 0;
  let timer: NodeJS.Timeout | undefined;
  let expiry: NodeJS.Timeout | undefined;
  let dueAt = Number.POSITIVE_INFINITY;
  let renewing: Promise<void> = Promise.resolve();

  const schedule = (delayMs: number) => {
    const at = performance.now() + delayMs;
    if (stopped || at >= dueAt) return;
    clearTimeout(timer);
    dueAt = at;
    timer = setTimeout(() => {
      dueAt = Number.POSITIVE_INFINITY;
      renewing = renewing.then(renew);
    }, delayMs);
  };
  const lose = (how: 'taken' | 'outage' | 'late') => {
    if (stopped) return;
    stopped = true;
    clearTimeout(timer);
    clearTimeout(expiry);
    options.onLost(how);
  };
  // Expiry is tracked locally: a renewal that hangs must not delay it.
  const hold = (from: number) => {
    clearTimeout(expiry);
    if (stopped) return;
    const end = from + seconds * 1_000;
    const over = () => lose(performance.now() > end + LATE_MS ? 'late' : 'outage');
    expiry = setTimeout(over, end - performance.now());
  };
  const renew = async () => {
    if (stopped) return;
    const requestedAt = performance.now();
    try {
      const row = await jobs.renew(lease, seconds);
      if (row === null) return lose('taken');
      // Counted from before the request, because the server started its lease period no earlier.
      hold(requestedAt);
      const { status, checkpointWantedAt } = row;
      if ((status === 'cancelling' || status === 'pausing') && !delivered[status]) {
        delivered[status] = true;
        if (status === 'cancelling') options.onCancel();
        else options.onPause();
      }
      const wanted = checkpointWantedAt?.getTime() ?? 0;
      if (wanted > wantedAt) options.onCheckpointWanted();
      wantedAt = wanted;
    } catch (error) {
      log.warn({ err: error, job: lease.jobId }, 'could not renew the lease');
      schedule(RETRY_MS);
    }
    schedule(periodMs);
  };
  schedule(periodMs);
  hold(performance.now());

  return {
    checkSoon: () => schedule(SOON_MS),
    lost: () => lose('taken'),
    async stop() {
      stopped = true;
      clearTimeout(timer);
      clearTimeout(expiry);
      await renewing;
    },
  };
}
