// How a job leaves its worker: finished, waiting for another attempt, or paused. The write is retried until it succeeds or the lease is
// known to be lost, so that a brief database outage does not end a job.

import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from '#contracts/errors.ts';
import type { Place } from '#contracts/jobs/checkpoint.ts';
import { HomeAway } from '#store/artifacts/homes/home.ts';
import type { Fault, JobEnd, Lease, NewModel, Waiting } from '#store/jobs/job-record.ts';
import type { Recorder } from './recorder.ts';
import type { WorkerParts } from './run-job.ts';
import type { JobFiles } from './spool.ts';
import type { Outcome } from './trainer-process.ts';

const RETRY_MS = 500;
/** Upper bound of the exponential backoff for writes of many bytes. */
const LONGEST_RETRY_MS = 8_000;
/** A full disk does not empty at once. */
const MACHINE_PAUSE_MS = 2_000;

/** Not the job's fault. */
export const OUTAGE: Fault = { stopReason: null, message: 'the database was unreachable' };

/** What interrupted the job, if it was not its own fault: it resumes in another attempt. */
export function faultOf(outcome: Outcome): Fault | null {
  if (outcome.type === 'crashed') return { stopReason: 'trainer_crashed', message: outcome.message };
  if (outcome.type !== 'failed') return null;
  if (outcome.reason === 'device_lost') return { stopReason: 'device_lost', message: outcome.message };
  if (outcome.reason === 'machine') return { stopReason: 'internal', message: outcome.message };
  return null;
}

async function modelsIn(
  files: JobFiles,
  { last, best }: { last: Place | null; best: Place | null },
): Promise<NonNullable<JobEnd['models']>> {
  const read = async (place: Place | null, path: string): Promise<NewModel | null> =>
    place === null ? null : { ...place, file: await readFile(path) };
  const atEnd = await read(last, files.models.last);
  const same = best !== null && best.step === atEnd?.step;
  return { last: atEnd, best: same ? { ...best, file: atEnd!.file } : await read(best, files.models.best) };
}

/** Maps an outcome to the end recorded in the row. */
export async function endOf(outcome: Outcome, files: JobFiles, cancelled: boolean): Promise<JobEnd> {
  if (outcome.type !== 'end') {
    if (cancelled) return { status: 'cancelled', stopReason: 'user' };
    if (outcome.type === 'crashed') {
      return { status: 'failed', stopReason: 'trainer_crashed', message: outcome.message };
    }
    const { reason } = outcome;
    if (reason !== 'internal' && reason !== 'machine') {
      return { status: 'failed', stopReason: reason, message: outcome.message };
    }
    return { status: 'failed', stopReason: 'internal', message: 'an internal error ended the training' };
  }
  const { outcome: reason, fingerprint } = outcome;
  const kept = { models: await modelsIn(files, outcome.models), fingerprint };
  if (cancelled || reason === 'cancelled' || reason === 'paused') {
    return { status: 'cancelled', stopReason: 'user', ...kept };
  }
  if (reason !== 'diverged') return { status: 'succeeded', stopReason: reason, ...kept };
  const message = outcome.message ?? 'the loss is no longer a finite number';
  return { status: 'failed', stopReason: 'diverged', message, ...kept };
}

/** Retries until it is written, the lease is known to be lost, or the worker shuts down. */
async function untilWritten<T>(
  parts: WorkerParts,
  lease: Lease,
  isLost: () => boolean,
  write: () => Promise<T>,
  { longestMs = RETRY_MS, onFailure = async (_: unknown) => {} } = {},
): Promise<T | null> {
  for (let wait = RETRY_MS; !isLost(); wait = Math.min(2 * wait, longestMs)) {
    try {
      return await write();
    } catch (error) {
      parts.log.warn({ err: error, job: lease.jobId }, 'could not record the end of an attempt');
      if (parts.closing.aborted) return null;
      await onFailure(error);
      await sleep(wait, undefined, { signal: parts.closing }).catch(() => {});
    }
  }
  return null;
}

export async function finish(
  parts: WorkerParts,
  lease: Lease,
  end: JobEnd,
  isLost: () => boolean,
  recorder: Pick<Recorder, 'open' | 'flush'>,
): Promise<void> {
  let reported = false;
  /** A model that cannot be stored yet is kept until it can be. */
  const report = async (error: unknown) => {
    const full = error instanceof Problem && error.code === 'insufficient_storage';
    if (reported || !(full || error instanceof HomeAway)) return;
    reported = true;
    const message = `the trained weights could not be stored; retrying until they are: ${error.message}`;
    recorder.open({ type: 'log', data: { level: 'warn', message } });
    await recorder.flush();
  };
  await untilWritten(parts, lease, isLost, () => parts.store.jobs.finish(lease, end), {
    longestMs: LONGEST_RETRY_MS,
    onFailure: report,
  });
}

/** Requeues the job, or fails it if its attempts are exhausted. */
export async function retry(
  parts: WorkerParts,
  lease: Lease,
  fault: Fault,
  isLost: () => boolean,
): Promise<void> {
  if (fault.stopReason === 'internal') {
    await sleep(MACHINE_PAUSE_MS, undefined, { signal: parts.closing }).catch(() => {});
  }
  const write = () => parts.store.jobs.retry(lease, fault, parts.maxAttempts);
  await announce(parts, await untilWritten(parts, lease, isLost, write));
}

/**
 * The lease expired because the database did not answer, although this worker is alive: unless another worker has reclaimed it, the job is
 * queued again and this attempt does not count.
 */
export async function giveUp(parts: WorkerParts, lease: Lease): Promise<void> {
  await retry(parts, lease, OUTAGE, () => false);
}

/** Releases the job: it becomes paused, or another worker resumes it from its last checkpoint, bit for bit. */
export async function letGo(parts: WorkerParts, lease: Lease, isLost: () => boolean): Promise<void> {
  const waiting = await untilWritten(parts, lease, isLost, () => parts.store.jobs.release(lease));
  if (waiting !== null)
    parts.log.info({ job: lease.jobId, attempt: lease.attempt }, 'returned a job to the queue');
  await announce(parts, waiting);
}

/** The row is authoritative: the reconciler repeats a lost notification. */
async function announce({ store, log }: WorkerParts, waiting: Waiting | null): Promise<void> {
  if (waiting === null) return;
  await store.queue.add(waiting).catch((error: unknown) => {
    log.warn({ err: error, job: waiting.id }, 'could not notify the queue of a waiting job');
  });
}
