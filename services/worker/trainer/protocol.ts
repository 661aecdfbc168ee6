// What a worker and its trainer say to each other, over Node's IPC with structured clones (so NaN stays NaN). Big things
// (the dataset's table, weights to start from, the trained model) go through files that the worker owns.

import type { JobSpec } from '#contracts/job-api.ts';
import type { EpochReport, FitResult } from '#training/fit.ts';

/** One job. A trainer that ended well may be given another. */
export interface Assignment {
  spec: JobSpec;
  /** The file with the dataset's table. */
  table: string;
  /** The file with the weights to start from, where the seed does not draw them. */
  weights?: string;
  /** The file to write the trained model to. */
  model: string;
}

export type ToTrainer =
  | ({ type: 'train' } & Assignment)
  | { type: 'cancel' }
  /** So many reports more are in the event log: the trainer never runs far ahead of it. */
  | { type: 'recorded'; reports: number };

export type FromTrainer =
  | { type: 'ready' }
  | { type: 'epoch'; report: EpochReport }
  /** The model is in its file. */
  | {
      type: 'end';
      outcome: FitResult['outcome'];
      fingerprint: string;
      message: string | null;
      /** Resident bytes of the process now: one that has grown large is not used again. */
      rss: number;
    }
  /** The job's own fault (`invalid`), or ours. */
  | { type: 'failed'; reason: 'invalid' | 'internal'; message: string; stack: string | null };

/** Reports on their way into the event log; at this many the trainer waits. */
export const MAX_UNRECORDED = 1_000;
