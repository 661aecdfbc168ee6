// Between a trainer's checkpoint files and the store: stores what the trainer writes, and finds the checkpoint that an attempt can resume
// from.

import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from '#contracts/errors.ts';
import { newId } from '#contracts/ids.ts';
import { fileContent } from '#store/artifacts/file-content.ts';
import { HomeAway } from '#store/artifacts/homes/home.ts';
import { isOutage } from '#store/outage.ts';
import type { CheckpointRecord, JobRecord, Lease, Store, StoreLog } from '#store/store.ts';
import type { AttemptTrace } from './attempt-trace.ts';
import type { Recorder } from './recorder.ts';
import type { Note } from './trainer/protocol.ts';
import type { Trainer } from './trainer-process.ts';

/** If the database does not reply, the checkpoint is put once more with the same id: it may already be stored. */
const AGAIN_MS = 1_000;

export interface CheckpointKeeperOptions {
  checkpoints: Store['checkpoints'];
  job: JobRecord;
  lease: Lease;
  recorder: Pick<Recorder, 'written' | 'open'>;
  trainer: Pick<Trainer, 'stored'>;
  log: StoreLog;
  trace: Pick<AttemptTrace, 'during'>;
  /** A write touched no row. */
  onLost(): void;
}

type NewCheckpoint = Extract<Note, { type: 'checkpoint' }>;

export interface CheckpointKeeper {
  /** The trainer has written one, and writes no other until it is stored. */
  keep(checkpoint: NewCheckpoint): void;
  /** Resolves when the pending checkpoint has been stored or has failed. */
  settled(): Promise<void>;
}

export function keepCheckpoints(options: CheckpointKeeperOptions): CheckpointKeeper {
  const { checkpoints, job, lease, recorder, trainer, log, trace } = options;
  const { keep_last: keepLast } = job.spec.training.checkpoint;
  let storing: Promise<void> = Promise.resolve();
  let skipped = false;
  /** Reported once, until one is stored again. */
  const reportSkipped = (epoch: number, { message }: Error) => {
    if (skipped) return;
    skipped = true;
    const what = `the checkpoint after ${epoch} finished epochs was not stored; training continues: ${message}`;
    recorder.open({ type: 'log', data: { level: 'warn', message: what } });
  };
  const store = async ({ epoch, step, best, path }: NewCheckpoint) => {
    try {
      // An attempt that resumes from here reports only later epochs: the earlier ones must be recorded first.
      if (!(await recorder.written())) return;
      const put = () => checkpoints.put(lease, { id, epoch, step, best, file: fileContent(path), keepLast });
      const id = newId('checkpoint');
      const kept = await trace.during('job.checkpoint', () =>
        put().catch(async (error: unknown) => {
          if (!isOutage(error)) throw error;
          await sleep(AGAIN_MS);
          return put();
        }),
      );
      skipped = false;
      if (!kept) options.onLost();
    } catch (error) {
      const full = error instanceof Problem && error.code === 'insufficient_storage';
      if (full || error instanceof HomeAway) reportSkipped(epoch, error);
      else log.warn({ err: error, job: job.id, epoch }, 'a checkpoint could not be stored');
    } finally {
      trainer.stored();
    }
  };
  return {
    keep(checkpoint) {
      storing = store(checkpoint);
    },
    settled: () => storing,
  };
}

/** Logs where this attempt starts, in the job's own log. */
export function reportStart(
  recorder: Pick<Recorder, 'open'>,
  earlier: CheckpointRecord | null,
  { refused, moved }: { refused: string | null; moved: boolean },
): void {
  if (earlier === null) return;
  const { progress, latest, best } = earlier;
  const place = `the checkpoint at step ${progress.step} (${progress.epoch} finished epochs)`;
  if (refused !== null) {
    const message = `${place} cannot be used: ${refused}; the job starts from the beginning`;
    recorder.open({ type: 'log', data: { level: 'warn', message } });
    return;
  }
  recorder.open(
    {
      type: 'log',
      data: {
        level: 'info',
        message: `resumes from ${place}${moved ? ', written on another kind of device: results will not be bit-identical to an uninterrupted run' : ''}`,
      },
    },
    { progress, ...(latest === null ? {} : { latest }), ...(best === null ? {} : { best }) },
  );
}

/** The checkpoint that this attempt can resume from. */
export async function latestCheckpoint(
  checkpoints: Store['checkpoints'],
  { jobId, attempt }: Lease,
): Promise<CheckpointRecord | null> {
  return attempt === 1 ? null : checkpoints.latest(jobId);
}
