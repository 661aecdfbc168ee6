// The messages between a worker and its trainer, over Node's IPC with structured clones (so NaN stays NaN). Big things
// (the dataset's table, weights to start from, checkpoints, the trained model) go through files that the worker owns.

import type { DeviceData, GpuAdapter } from '#contracts/device.ts';
import type { Place } from '#contracts/jobs/checkpoint.ts';
import type { JobSpec } from '#contracts/jobs/job-api.ts';
import type { Warning } from '#contracts/warnings.ts';
import type { EpochReport, FitResult, ProgressReport, TestReport } from '#training/run/fit.ts';

/** One job. A trainer that ended well may be given another. */
export interface Assignment {
  spec: JobSpec;
  /** The GPU that the worker found; null where it found none. */
  adapter: GpuAdapter | null;
  /** The file with the dataset's table. */
  table: string;
  /** The files with the tables of datasets that are held out whole. */
  held?: { validation?: string; test?: string };
  /** The file with the weights to start from, where the seed does not draw them. */
  weights?: string;
  /** The checkpoint file of an earlier attempt, if there is one to resume from. */
  resume?: string;
  /** The file to write checkpoints to, one after the other. */
  checkpoint: string;
  /** The files to write the weights of its end and of its best epoch to. */
  models: { last: string; best: string };
}

export type ToTrainer =
  | ({ type: 'train' } & Assignment)
  | { type: 'cancel' }
  /** Ends it after one more checkpoint. */
  | { type: 'pause' }
  /** Wants a checkpoint now. */
  | { type: 'checkpoint' }
  /** So many reports more are in the event log: the trainer never runs far ahead of it. */
  | { type: 'recorded'; reports: number }
  /** The checkpoint is stored, or cannot be: its file may be written again. */
  | { type: 'stored' };

export type FromTrainer =
  | { type: 'ready' }
  | { type: 'epoch'; report: EpochReport }
  /** Within an epoch, at most twice a second. */
  | { type: 'progress'; report: ProgressReport }
  /** It resumes from the given checkpoint, or starts from the beginning and reports why. */
  | { type: 'resumed'; refused: string | null; moved: boolean }
  /** What it computes on, and why. */
  | { type: 'device'; chosen: DeviceData }
  /** What was found out before the first step. */
  | { type: 'note'; message: string }
  /** Warnings about valid but probably unintended settings. */
  | { type: 'warning'; warning: Warning }
  /** It is in its file, which does not change until the worker sends `stored`. */
  | { type: 'checkpoint'; epoch: number; step: number; best: Place | null; path: string }
  /** One could not be written. */
  | { type: 'uncheckpointed'; message: string }
  /** The weights are in their files. */
  | {
      type: 'end';
      /** Null where there are none; where both are of the same step, they are in the file of the last. */
      models: { last: Place | null; best: Place | null };
      outcome: FitResult['outcome'];
      fingerprint: string;
      message: string | null;
      /** What the samples of the test gave; null where there are none. */
      test: TestReport | null;
      /** Resident bytes of the process now: one that has grown large is not used again. */
      rss: number;
    }
  /** The job's own fault (`invalid`, `out_of_memory`), the machine's (`device_lost`, `machine`), or ours. */
  | {
      type: 'failed';
      reason: 'invalid' | 'device_lost' | 'out_of_memory' | 'machine' | 'internal';
      message: string;
      stack: string | null;
    };

/** What a trainer reports besides its epochs. */
export type Note = Extract<
  FromTrainer,
  { type: 'progress' | 'note' | 'warning' | 'resumed' | 'device' | 'checkpoint' | 'uncheckpointed' }
>;

/** Reports on their way into the event log; at this many the trainer waits. */
export const MAX_UNRECORDED = 1_000;
