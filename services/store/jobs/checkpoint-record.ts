// Checkpoints as the store gives them and takes them. The file is one artifact; what is in it is the training module's.

import type { Place } from '#contracts/jobs/checkpoint.ts';
import type { JobProgress, Lease, Measured } from './job-record.ts';

export interface CheckpointRecord {
  id: string;
  jobId: string;
  attempt: number;
  createdAt: Date;
  progress: JobProgress;
  latest: Measured | null;
  best: Measured | null;
  /** Where the weights that it holds as the best ones are from; null where it holds none. */
  bestPlace: Place | null;
  /** For `artifacts.read`. */
  artifact: string;
  bytes: number;
}

export interface NewCheckpoint extends Place {
  /** Drawn by the writer, so that one that is put again is known; drawn here if omitted. */
  id?: string;
  best: Place | null;
  file: AsyncIterable<Uint8Array> | Uint8Array;
  /** How many of the job's newest stay, this one included. */
  keepLast: number;
}

export interface CheckpointStore {
  /**
   * The file, its row, its event, and the end of older ones, in one transaction; false when the lease is lost. One whose answer
   * was lost may be put again with its id.
   */
  put(lease: Lease, checkpoint: NewCheckpoint): Promise<boolean>;
  /** The newest: of the last attempt that left one. */
  latest(jobId: string): Promise<CheckpointRecord | null>;
  /** Of whatever job. */
  find(id: string): Promise<CheckpointRecord | null>;
  /** Newest first; they are few. */
  list(jobId: string): Promise<CheckpointRecord[]>;
  /** Frees its bytes unless others use them. Throws Problem `not_found`, or `conflict` where the job needs it. */
  /** The bytes that this freed. */
  delete(jobId: string, id: string): Promise<number>;
  /** Asks the worker for one now; resolves with the database's time of asking. Throws Problem `not_found` or `conflict`. */
  request(jobId: string): Promise<Date>;
}
