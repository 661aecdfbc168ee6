// Checkpoints as the store gives them and takes them. The file is one artifact; what is in it is the training room's.

import type { JobProgress, Lease, Measured } from './job-record.ts';

export interface CheckpointRecord {
  attempt: number;
  progress: JobProgress;
  latest: Measured | null;
  best: Measured | null;
  /** For `artifacts.read`. */
  artifact: string;
}

export interface NewCheckpoint {
  epoch: number;
  step: number;
  file: AsyncIterable<Uint8Array> | Uint8Array;
  /** How many of the job's newest stay, this one included. */
  keepLast: number;
}

export interface CheckpointStore {
  /** The file, its row, its event, and the end of older ones, in one transaction; false when the lease is lost. */
  put(lease: Lease, checkpoint: NewCheckpoint): Promise<boolean>;
  /** The newest: of the last attempt that left one. */
  latest(jobId: string): Promise<CheckpointRecord | null>;
}
