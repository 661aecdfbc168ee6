// The messages between a worker and its trainer, over Node's IPC with structured clone (which preserves NaN). Large data (the dataset's
// table, initial weights, checkpoints, the trained model) is passed in files owned by the worker.

import type { DeviceData, GpuAdapter } from '#contracts/device.ts';
import type { Place } from '#contracts/jobs/checkpoint.ts';
import type { JobSpec } from '#contracts/jobs/job-api.ts';
import type { Warning } from '#contracts/warnings.ts';
import type { EpochReport, FitResult, ProgressReport, TestReport } from '#training/run/fit.ts';

/** One job. A trainer that finished cleanly may be given another. */
export interface Assignment {
  spec: JobSpec;
  /** The GPU that the worker found, or null. */
  adapter: GpuAdapter | null;
  /** The file with the dataset's table. */
  table: string;
  /** The files with the tables of separate validation and test datasets. */
  held?: { validation?: string; test?: string };
  /** The file with the initial weights; unset if the seed draws them. */
  weights?: string;
  /** The checkpoint file of an earlier attempt to resume from, if any. */
  resume?: string;
  /** The file for checkpoints; each overwrites the previous one. */
  checkpoint: string;
  /** The files for the final weights and those of the best epoch. */
  models: { last: string; best: string };
}

export type ToTrainer =
  | ({ type: 'train' } & Assignment)
  | { type: 'cancel' }
  /** Writes one more checkpoint, then ends. */
  | { type: 'pause' }
  /** Requests a checkpoint now. */
  | { type: 'checkpoint' }
  /** This many more reports have been recorded: the trainer never runs far ahead of the event log. */
  | { type: 'recorded'; reports: number }
  /** The checkpoint is stored, or could not be: its file may be overwritten. */
  | { type: 'stored' };

export type FromTrainer =
  | { type: 'ready' }
  | { type: 'epoch'; report: EpochReport }
  /** Progress within an epoch, at most twice a second. */
  | { type: 'progress'; report: ProgressReport }
  /** Whether it resumed from the given checkpoint or started over, and why. */
  | { type: 'resumed'; refused: string | null; moved: boolean }
  /** The device chosen, and why. */
  | { type: 'device'; chosen: DeviceData }
  /** Something found out before the first step. */
  | { type: 'note'; message: string }
  /** Warnings about valid but probably unintended settings. */
  | { type: 'warning'; warning: Warning }
  /** The checkpoint is in its file, which does not change until the worker sends `stored`. */
  | { type: 'checkpoint'; epoch: number; step: number; best: Place | null; path: string }
  /** A checkpoint could not be written. */
  | { type: 'uncheckpointed'; message: string }
  /** Training ended, and the weights are in their files. */
  | {
      type: 'end';
      /** Null if there are none; if both are of the same step, only the file of the last exists. */
      models: { last: Place | null; best: Place | null };
      outcome: FitResult['outcome'];
      fingerprint: string;
      message: string | null;
      /** The results on the test samples; null if there are none. */
      test: TestReport | null;
      /** Current resident set size in bytes: a process that has grown large is not reused. */
      rss: number;
    }
  /** The job's fault (`invalid`, `out_of_memory`), the machine's (`device_lost`, `machine`), or ours. */
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

/** Limit on reports that are not yet recorded; at this many the trainer waits. */
export const MAX_UNRECORDED = 1_000;
