// Runs jobs one after the other, from notification to end: claims the row, gives its table to a trainer, records its epochs, finishes the
// row. Every write carries the lease; a worker that lost it stops its trainer and writes nothing more.

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { GpuAdapter } from '#contracts/device.ts';
import type { JobRecord, Lease } from '#store/jobs/job-record.ts';
import { isOutage } from '#store/outage.ts';
import type { Store, StoreLog } from '#store/store.ts';
import type { Tracing } from '#tracing/tracing.ts';
import { type AttemptTrace, traceAttempt } from './attempt-trace.ts';
import { keepCheckpoints, reportStart } from './checkpoints.ts';
import { endOf, faultOf, finish, giveUp, letGo, OUTAGE, retry } from './job-end.ts';
import { keepLease } from './lease-keeper.ts';
import { prepare } from './prepare.ts';
import { openRecorder, reportTest, reportWarning } from './recorder.ts';
import type { Spool } from './spool.ts';
import { machineFault } from './trainer/machine-fault.ts';
import type { TrainerPool } from './trainer-pool.ts';

/** How long a trainer may take to finish on its own, after writing its weights or one more checkpoint, before it is killed. */
const CANCEL_GRACE_MS = 5_000;
const PAUSE_GRACE_MS = 15_000;
const CLOSE_GRACE_MS = 2_000;
const CLAIM_AGAIN_MS = 500;
/** How long storing a checkpoint may delay the worker's shutdown. */
const SETTLE_MS = 1_000;
/** A job that runs longer causes another trainer to be started; a shorter one leaves its own for the next job. */
const LONG_MS = 1_000;

export interface WorkerParts {
  store: Pick<Store, 'jobs' | 'events' | 'datasets' | 'artifacts' | 'checkpoints' | 'queue'>;
  pool: TrainerPool;
  spool: Spool;
  log: StoreLog;
  workerId: string;
  leaseSeconds: number;
  maxAttempts: number;
  /** The GPU available to trainers; null if there is none. */
  adapter: GpuAdapter | null;
  tracing: Tracing;
  /** Aborted when the worker shuts down: running jobs are released. */
  closing: AbortSignal;
}

async function train(parts: WorkerParts, job: JobRecord, lease: Lease, trace: AttemptTrace): Promise<void> {
  const { store, log, closing } = parts;
  let lost = false;
  let outage = false;
  let reusable: { rss: number } | null = null;
  let cancelled = false;
  let paused = false;
  const isLost = () => lost;
  /** Aborted when the job need not start any more. */
  const unwanted = new AbortController();
  await using files = await parts.spool.forJob();
  const trainer = parts.pool.take();

  const lose = (how: 'taken' | 'outage' | 'late') => {
    if (lost) return;
    lost = true;
    outage = how === 'outage';
    unwanted.abort();
    log.warn({ job: job.id, attempt: lease.attempt, how }, 'lost the lease; stopping its trainer');
    recorder.abandon();
    void trainer.kill();
  };
  let patience: NodeJS.Timeout | undefined;
  const allow = (ms: number) => {
    clearTimeout(patience);
    patience = setTimeout(() => void trainer.kill(), ms);
  };
  const cancel = () => {
    cancelled = true;
    unwanted.abort();
    trainer.cancel();
    allow(CANCEL_GRACE_MS);
  };
  const pause = () => {
    paused = true;
    unwanted.abort();
    trainer.pause();
    allow(PAUSE_GRACE_MS);
  };
  const long = setTimeout(() => parts.pool.refill(), LONG_MS);
  const keeper = keepLease({
    jobs: store.jobs,
    lease,
    seconds: parts.leaseSeconds,
    log,
    onLost: lose,
    onCancel: cancel,
    onPause: pause,
    onCheckpointWanted: () => trainer.checkpoint(),
  });
  const recorder = openRecorder({
    jobs: store.jobs,
    lease,
    onRecorded: (reports) => trainer.recorded(reports),
    onLost: () => keeper.lost(),
    onError: (error) => log.warn({ err: error, job: job.id }, 'could not write epochs; retrying'),
  });
  const checkpoints = keepCheckpoints({
    checkpoints: store.checkpoints,
    job,
    lease,
    recorder,
    trainer,
    log,
    trace,
    onLost: () => keeper.lost(),
  });
  let abandoning: NodeJS.Timeout | undefined;
  const stop = () => {
    unwanted.abort();
    trainer.pause();
    allow(CLOSE_GRACE_MS);
    abandoning = setTimeout(() => recorder.abandon(), CLOSE_GRACE_MS + SETTLE_MS);
  };
  closing.addEventListener('abort', stop, { once: true });
  if (closing.aborted) stop();

  // User requests make the keeper read the row.
  const subscribed = store.events
    .subscribeOrders(job.id, () => keeper.checkSoon())
    .catch((error) => {
      log.warn(
        { err: error, job: job.id },
        'could not subscribe to this job; a cancel will be seen at the next lease renewal',
      );
      return async () => {};
    });
  try {
    const over = unwanted.signal;
    const prepared = await trace.during('job.materialise', () =>
      prepare({ parts, job, lease, files, recorder, over }),
    );
    if (closing.aborted) return;
    if (prepared === null || paused || cancelled) {
      await recorder.flush();
      if (cancelled)
        await finish(parts, lease, { status: 'cancelled', stopReason: 'user' }, isLost, recorder);
      else if (paused) await letGo(parts, lease, isLost);
      return;
    }
    const { assignment, earlier } = prepared;
    trace.handedOver();
    const outcome = await trainer.train(
      assignment,
      (report) => {
        trace.epoch(report);
        recorder.add(report);
      },
      (note) => {
        if (note.type === 'progress') recorder.progress(note.report);
        else if (note.type === 'note')
          recorder.open({ type: 'log', data: { level: 'info', message: note.message } });
        else if (note.type === 'warning') reportWarning(recorder, job, note.warning);
        else if (note.type === 'checkpoint') checkpoints.keep(note);
        else if (note.type === 'resumed') reportStart(recorder, earlier, note);
        else if (note.type === 'device') {
          trace.compiled(note.chosen);
          recorder.open({ type: 'device', data: note.chosen });
        } else log.warn({ job: job.id }, `could not write a checkpoint: ${note.message}`);
      },
    );
    trace.trained(outcome);
    clearTimeout(patience);
    await recorder.flush();
    if (outcome.type === 'end' && outcome.test !== null) await reportTest(recorder, outcome.test);
    if (!closing.aborted) await checkpoints.settled();
    if (outcome.type === 'end' && !closing.aborted) reusable = outcome;
    if (outcome.type === 'failed') log.error({ job: job.id, stack: outcome.stack }, outcome.message);
    const fault = faultOf(outcome);
    const ended = fault === null && !(outcome.type === 'end' && outcome.outcome === 'paused');
    const end = async () => finish(parts, lease, await endOf(outcome, files, cancelled), isLost, recorder);
    if (ended || cancelled) await trace.during('job.finish', end);
    else if (paused && !closing.aborted) await letGo(parts, lease, isLost);
    else if (fault !== null && !closing.aborted) await retry(parts, lease, fault, isLost);
  } catch (error) {
    trace.failed(error);
    log.error({ err: error, job: job.id }, 'could not run a job');
    if (closing.aborted) return;
    const fault = machineFault(error);
    if (isOutage(error)) await retry(parts, lease, OUTAGE, isLost);
    else if (fault !== null) await retry(parts, lease, { stopReason: 'internal', message: fault }, isLost);
    else {
      const message = 'an internal error prevented the job from running';
      await finish(parts, lease, { status: 'failed', stopReason: 'internal', message }, isLost, recorder);
    }
  } finally {
    closing.removeEventListener('abort', stop);
    await keeper.stop();
    // On shutdown, wait briefly for a checkpoint being stored, so that the next worker can resume from it.
    await Promise.race([checkpoints.settled(), sleep(SETTLE_MS, undefined, { ref: false })]);
    // Has no effect if the job was finished just before: the lease no longer exists.
    if (closing.aborted && !lost) await letGo(parts, lease, isLost);
    if (outage) await giveUp(parts, lease);
    await (await subscribed)();
    clearTimeout(patience);
    clearTimeout(abandoning);
    clearTimeout(long);
    if (reusable !== null && !lost) parts.pool.giveBack(trainer, reusable.rss);
    else await trainer.kill();
    parts.pool.refill();
  }
}

/** A claim without a reply may have been written, so it is retried with the same token. */
async function claimNext({ store, workerId, leaseSeconds, closing, log }: WorkerParts) {
  const token = randomUUID();
  const until = performance.now() + leaseSeconds * 1_000;
  for (let again = false; ; again = true) {
    try {
      return await store.jobs.claimNext(workerId, leaseSeconds, { token, again });
    } catch (error) {
      if (!isOutage(error) || performance.now() > until || closing.aborted) throw error;
      log.warn({ err: error }, 'no reply to a claim; retrying');
      await sleep(CLAIM_AGAIN_MS);
    }
  }
}

/**
 * Handles a notification: runs the next job in turn, not necessarily the one notified of, and continues while there are more. So a job held
 * back by its key's limit of running jobs starts right after this one, without another notification. Throws only if no job could be
 * claimed.
 */
export async function runJobs(parts: WorkerParts): Promise<void> {
  while (!parts.closing.aborted) {
    const askedAt = Date.now();
    const claim = await claimNext(parts);
    if (claim === null) return; // claimed by others, cancelled, or not allowed to run yet
    const { job, lease } = claim;
    parts.log.info({ job: job.id, attempt: lease.attempt }, 'job started');
    const trace = traceAttempt(parts.tracing, { job, lease, workerId: parts.workerId, askedAt });
    await train(parts, job, lease, trace).finally(() => trace.end());
    parts.log.info({ job: job.id, attempt: lease.attempt }, 'job left');
  }
}
