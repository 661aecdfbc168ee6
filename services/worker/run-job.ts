// One job, from the bell to its end: claim the row, give its table to a trainer, record its epochs, finish the row. Every
// write carries the lease; a worker that lost it stops its trainer and writes nothing more.

import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { GpuAdapter } from '#contracts/device.ts';
import type { StopReason } from '#contracts/job.ts';
import type { JobEnd, JobRecord, Lease } from '#store/job-record.ts';
import type { Store, StoreLog } from '#store/store.ts';
import { keepCheckpoints, latestCheckpoint, tellStart } from './checkpoints.ts';
import { keepLease } from './lease-keeper.ts';
import { openRecorder, tellTest, tellWarning } from './recorder.ts';
import type { JobFiles, Spool } from './spool.ts';
import type { Assignment } from './trainer/protocol.ts';
import type { TrainerPool } from './trainer-pool.ts';
import type { Outcome } from './trainer-process.ts';

/** How long a trainer may take to stop by itself after a cancel. */
const CANCEL_GRACE_MS = 3_000;
const SETTLE_MS = 1_000;
const RETRY_MS = 500;
/** A job that runs longer is a reason to start another trainer; a shorter one leaves its own. */
const LONG_MS = 1_000;

export interface WorkerParts {
  store: Pick<Store, 'jobs' | 'events' | 'datasets' | 'weights' | 'artifacts' | 'checkpoints' | 'queue'>;
  pool: TrainerPool;
  spool: Spool;
  log: StoreLog;
  workerId: string;
  leaseSeconds: number;
  maxAttempts: number;
  /** The GPU that trainers find; null where there is none. */
  adapter: GpuAdapter | null;
  /** Aborted when the worker shuts down: jobs that run are handed back. */
  closing: AbortSignal;
}

async function materialise(store: WorkerParts['store'], job: JobRecord, files: JobFiles): Promise<void> {
  const dataset = await store.datasets.get(job.spec.dataset);
  if (dataset === null) throw new Error(`job ${job.id} names dataset ${job.spec.dataset}, which is gone`);
  await files.writeTable(store.artifacts.read(dataset.artifact));
  const { weights: id } = job.spec.model;
  if (id === undefined) return;
  const weights = await store.weights.get(id);
  if (weights === null) throw new Error(`job ${job.id} names weights ${id}, which are gone`);
  await files.writeWeights(store.artifacts.read(weights.artifact));
}

/** The datasets that are held out whole: the paths of their tables. */
async function heldOut(store: WorkerParts['store'], job: JobRecord, files: JobFiles) {
  const held: NonNullable<Assignment['held']> = {};
  for (const part of ['validation', 'test'] as const) {
    const how = job.spec.training[part] ?? null;
    if (how === null || !('dataset' in how)) continue;
    const dataset = await store.datasets.get(how.dataset);
    if (dataset === null) throw new Error(`job ${job.id} names dataset ${how.dataset}, which is gone`);
    held[part] = await files.writeHeldOut(part, store.artifacts.read(dataset.artifact));
  }
  return held;
}

/** What the row will say of this outcome. */
async function endOf(outcome: Outcome, files: JobFiles, cancelled: boolean): Promise<JobEnd> {
  if (outcome.type === 'end' && outcome.outcome !== 'diverged' && outcome.outcome !== 'cancelled') {
    const { outcome: stopReason, fingerprint } = outcome;
    return { status: 'succeeded', stopReason, model: await readFile(files.model), fingerprint };
  }
  if (cancelled || (outcome.type === 'end' && outcome.outcome === 'cancelled')) {
    return { status: 'cancelled', stopReason: 'user' };
  }
  switch (outcome.type) {
    case 'end': {
      const message = outcome.message ?? 'the loss is not a finite number any more';
      return { status: 'failed', stopReason: 'diverged', message, fingerprint: outcome.fingerprint };
    }
    case 'failed':
      return {
        status: 'failed',
        stopReason: outcome.reason,
        message: outcome.reason === 'invalid' ? outcome.message : 'an error of ours ended the training',
      };
    case 'crashed':
      return { status: 'failed', stopReason: 'trainer_crashed', message: outcome.message };
  }
}

/** Tries until the row is written, the lease is known to be lost, or the worker shuts down. */
async function finish(parts: WorkerParts, lease: Lease, end: JobEnd, isLost: () => boolean): Promise<void> {
  while (!isLost()) {
    try {
      await parts.store.jobs.finish(lease, end);
      return;
    } catch (error) {
      parts.log.warn({ err: error, job: lease.jobId }, 'the end of a job could not be written');
      if (parts.closing.aborted) return;
      await sleep(RETRY_MS);
    }
  }
}

/** The job goes on from its last checkpoint at the next worker, or begins anew: the bits are the same. */
async function handBack(parts: WorkerParts, lease: Lease): Promise<void> {
  const waiting = await parts.store.jobs.handBack(lease);
  if (waiting === null) return;
  parts.log.info({ job: lease.jobId, attempt: lease.attempt }, 'handed a job back');
  await parts.store.queue.add(waiting);
}

/** A fault of the machine ends the attempt, not the job: it waits for another, unless it had all of them. */
async function retry(
  parts: WorkerParts,
  lease: Lease,
  fault: { stopReason: StopReason; message: string },
): Promise<void> {
  const waiting = await parts.store.jobs.retry(lease, fault, parts.maxAttempts);
  if (waiting !== null) await parts.store.queue.add(waiting);
}

async function train(parts: WorkerParts, job: JobRecord, lease: Lease): Promise<void> {
  const { store, log, closing } = parts;
  let lost = false;
  let reusable: { rss: number } | null = null;
  let cancelled = false;
  await using files = await parts.spool.forJob();
  const trainer = parts.pool.take();

  const lose = () => {
    if (lost) return;
    lost = true;
    log.warn({ job: job.id, attempt: lease.attempt }, 'lost the lease; its trainer is stopped');
    recorder.abandon();
    void trainer.kill();
  };
  let patience: NodeJS.Timeout | undefined;
  const cancel = () => {
    cancelled = true;
    trainer.cancel();
    patience = setTimeout(() => void trainer.kill(), CANCEL_GRACE_MS);
  };
  const long = setTimeout(() => parts.pool.refill(), LONG_MS);
  const keeper = keepLease({
    jobs: store.jobs,
    lease,
    seconds: parts.leaseSeconds,
    log,
    onLost: lose,
    onCancel: cancel,
  });
  const recorder = openRecorder({
    jobs: store.jobs,
    lease,
    onRecorded: (reports) => trainer.recorded(reports),
    onLost: () => keeper.lost(),
    onError: (error) => log.warn({ err: error, job: job.id }, 'epochs could not be written; trying again'),
  });
  const checkpoints = keepCheckpoints({
    checkpoints: store.checkpoints,
    job,
    lease,
    recorder,
    trainer,
    log,
    onLost: () => keeper.lost(),
  });
  const stop = () => {
    recorder.abandon();
    void trainer.kill();
  };
  closing.addEventListener('abort', stop, { once: true });
  if (closing.aborted) stop();

  // A user's cancel is an event of the job: its wake makes the keeper look at the row.
  const subscribed = store.events
    .subscribe(job.id, () => keeper.wake())
    .catch((error) => {
      log.warn({ err: error, job: job.id }, 'no wakes for this job; a cancel is seen at the next renewal');
      return async () => {};
    });
  try {
    await materialise(store, job, files);
    const held = await heldOut(store, job, files);
    const weights = job.spec.model.weights === undefined ? {} : { weights: files.weights };
    const earlier = await latestCheckpoint(store.checkpoints, lease);
    if (earlier !== null) await files.writeResume(store.artifacts.read(earlier.artifact));
    const resume = earlier === null ? {} : { resume: files.resume };
    const { table, checkpoint, model } = files;
    const assignment = {
      spec: job.spec,
      adapter: parts.adapter,
      table,
      held,
      ...weights,
      ...resume,
      checkpoint,
      model,
    };
    const outcome = await trainer.train(
      assignment,
      (report) => recorder.add(report),
      (note) => {
        if (note.type === 'progress') recorder.progress(note.report);
        else if (note.type === 'warning') tellWarning(recorder, job, note.warning);
        else if (note.type === 'checkpoint') checkpoints.keep(note);
        else if (note.type === 'resumed') tellStart(recorder, earlier, note);
        else if (note.type === 'device') recorder.open({ type: 'device', data: note.chosen });
        else log.warn({ job: job.id }, `a checkpoint could not be written: ${note.message}`);
      },
    );
    clearTimeout(patience);
    await recorder.flush();
    if (outcome.type === 'end' && outcome.test !== null) await tellTest(recorder, outcome.test);
    await checkpoints.settled();
    if (outcome.type === 'end' && !closing.aborted) reusable = outcome;
    if (outcome.type === 'failed') log.error({ job: job.id, stack: outcome.stack }, outcome.message);
    if (closing.aborted) return;
    if (outcome.type === 'failed' && outcome.reason === 'device_lost') {
      await retry(parts, lease, { stopReason: 'device_lost', message: outcome.message });
    } else await finish(parts, lease, await endOf(outcome, files, cancelled), () => lost);
  } catch (error) {
    log.error({ err: error, job: job.id }, 'a job could not be run');
    const message = 'an error of ours kept it from running';
    if (!closing.aborted) {
      await finish(parts, lease, { status: 'failed', stopReason: 'internal', message }, () => lost);
    }
  } finally {
    closing.removeEventListener('abort', stop);
    await keeper.stop();
    // A worker that shuts down has a moment for what is being stored: the next one goes on from it.
    await Promise.race([checkpoints.settled(), sleep(SETTLE_MS, undefined, { ref: false })]);
    // Where the job was finished just before, the lease is no more, and this touches nothing.
    if (closing.aborted && !lost) {
      await handBack(parts, lease).catch((error: unknown) => {
        log.warn({ err: error, job: job.id }, 'a job could not be handed back; it is taken back later');
      });
    }
    await (await subscribed)();
    clearTimeout(patience);
    clearTimeout(long);
    if (reusable !== null && !lost) parts.pool.giveBack(trainer, reusable.rss);
    else await trainer.kill();
    parts.pool.refill();
  }
}

/** Returns when the job is not this worker's any more. Throws only where the job could not be claimed. */
export async function runJob(parts: WorkerParts, jobId: string): Promise<void> {
  if (parts.closing.aborted) return;
  const claim = await parts.store.jobs.claim(jobId, parts.workerId, parts.leaseSeconds);
  if (claim === null) return; // another worker has it, or it was cancelled or deleted while it waited
  const { job, lease } = claim;
  parts.log.info({ job: job.id, attempt: lease.attempt }, 'job started');
  await train(parts, job, lease);
  parts.log.info({ job: job.id, attempt: lease.attempt }, 'job left');
}
