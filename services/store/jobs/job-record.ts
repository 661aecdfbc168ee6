// A job as the store gives it: the row as a domain value. The words: a *lease* is a worker's right to write to a
// job it claimed; its *token* is drawn anew by every claim, so that a worker that was given up (a zombie) holds
// one that matches no row.

import type { Place } from '#contracts/jobs/checkpoint.ts';
import type { EventBody } from '#contracts/jobs/events.ts';
import type { JobStatus, StopReason } from '#contracts/jobs/job.ts';
import type { Job, JobSpec } from '#contracts/jobs/job-api.ts';
import type { Warning } from '#contracts/warnings.ts';
import type { NewDataset } from '../artifacts/dataset-record.ts';
import type { HistoryBlock } from '../events/history-record.ts';
import type { KeepReply } from '../interface.ts';
import type { CreatingKey } from '../keys/key-quota.ts';
import type { Paged } from '../page.ts';
import type { JobPage } from './job-list.ts';

export type Measured = NonNullable<Job['metrics']['latest']>;

export interface JobProgress {
  epoch: number;
  step: number;
  etaSeconds: number | null;
  /** Of the unfinished epoch so far; may be NaN or infinite. Null between epochs. */
  runningLoss: number | null;
  samplesPerSec: number | null;
}

export interface JobRecord {
  id: string;
  tenant: string;
  name: string | null;
  status: JobStatus;
  stopReason: StopReason | null;
  error: { code: StopReason; message: string } | null;
  spec: JobSpec;
  priority: number;
  parameters: number;
  totalSteps: number;
  metadata: Record<string, string>;
  createdAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
  /** For `artifacts.read`: the file of the weights that it starts from; null where the seed draws them. */
  startArtifact: string | null;
  /** Of the cross-validation that it is one fold of; null for a job of its own. */
  crossValidation: string | null;
  /** How often a worker has claimed it: 0 before the first. */
  attempt: number;
  progress: JobProgress;
  latest: Measured | null;
  best: Measured | null;
  test: Measured | null;
  warnings: Warning[];
  /** The `seq` of its newest event. */
  lastSeq: number;
  /** The weights at its end, for `artifacts.read`: a model's file or a checkpoint's. Null before its end. */
  model: KeptModel | null;
  /** The same of its best epoch; may be the same file. */
  bestModel: KeptModel | null;
  fingerprint: string | null;
  /** The trace that it is part of; null where nothing was traced. */
  traceparent: string | null;
}

export interface KeptModel extends Place {
  artifact: string;
}

export interface NewJob {
  id: string;
  name: string | null;
  spec: JobSpec;
  parameters: number;
  totalSteps: number;
  metadata: Record<string, string>;
  /** Higher ones are claimed first; 0 if omitted. */
  priority?: number;
  /** The API key that creates it. */
  key?: CreatingKey | null;
  /** The file of the weights that it starts from, perhaps a checkpoint's: it is not freed before the job has ended. */
  startArtifact?: string | null;
  /** The cross-validation that it is one fold of. */
  crossValidation?: string | null;
  warnings?: readonly Warning[];
  traceparent?: string | null;
  /** An inline dataset, kept in the same transaction; `spec.dataset` must be its id. */
  dataset?: NewDataset;
}

export interface Lease {
  jobId: string;
  token: string;
  attempt: number;
}

export interface Claim {
  job: JobRecord;
  lease: Lease;
}

/** What an epoch changes in the row, besides its event. What is left out stays as it is. */
export interface JobUpdate {
  progress?: JobProgress;
  latest?: Measured;
  best?: Measured;
  test?: Measured;
  /** Added to those that it has. */
  warnings?: readonly Warning[];
  /** The values of every epoch; a block that is there already is replaced. */
  history?: readonly HistoryBlock[];
  /**
   * The number of this write under its lease, from 1 and rising: one whose answer was lost is sent again, as it was, with the
   * same number, and is written once.
   */
  write?: number;
}

export interface NewModel extends Place {
  file: Uint8Array;
}

export interface JobEnd {
  status: Extract<JobStatus, 'succeeded' | 'failed' | 'cancelled'>;
  stopReason: StopReason;
  /** Part of the status event and, if the job failed, stored as its error. */
  message?: string;
  /** The weights, kept in the same transaction, or not at all. Where there are none, its last checkpoint is kept as them. */
  models?: { last: NewModel | null; best: NewModel | null };
  fingerprint?: string;
}

/** What ended an attempt and is not the job's own mistake. */
export interface Fault {
  /** What the job fails of where it was one too many. Null where no job can be the cause (an outage): then it is not counted. */
  stopReason: StopReason | null;
  message: string;
}

/** A job that waits for a worker: what `queue.add` takes. A JobRecord is one, too. */
export interface Waiting {
  id: string;
  attempt: number;
}

export interface Renewed {
  /** `cancelling` or `pausing` where that is wanted. */
  status: JobStatus;
  /** When a checkpoint was last requested; null if never. */
  checkpointWantedAt: Date | null;
}

export interface Reclaimed {
  requeued: Waiting[];
  failed: string[];
  cancelled: string[];
}

/** What a tenant does with its jobs. */
export interface OwnerSide {
  /**
   * Row, first events (validating, queued), the inline dataset and the reply to keep, in one transaction. Throws
   * KeyTaken where another request has used the key of `keep`.
   */
  create(job: NewJob, keep?: KeepReply<JobRecord>): Promise<JobRecord>;
  /** The same of several at once: all of them or none. An inline dataset is given with the first one that uses it. */
  createAll(jobs: readonly NewJob[], keep?: KeepReply<JobRecord[]>): Promise<JobRecord[]>;
  get(id: string): Promise<JobRecord | null>;
  /** Newest first by default. */
  list(page: JobPage): Promise<Paged<JobRecord>>;
  /** A finished job with its events, its checkpoints and its model. Throws Problem `conflict` or `not_found`. */
  /** The bytes that this freed. */
  delete(id: string): Promise<number>;
  /** Queued: cancelled at once. Held by a worker: cancelling. Throws Problem `conflict` or `not_found`. */
  requestCancel(id: string): Promise<JobRecord>;
  /** Queued: paused at once. Running: pausing. Throws Problem `conflict` or `not_found`. */
  requestPause(id: string): Promise<JobRecord>;
  /** Paused: queued again. Throws Problem `conflict` or `not_found`. */
  resume(id: string): Promise<JobRecord>;
}

/** … and what workers do with everybody's. */
export interface JobStore extends OwnerSide {
  /**
   * Takes a queued job; null where it is not queued any more. A claim whose answer was lost may be made again with its token
   * (a UUID, drawn here if omitted), and gets the same lease.
   */
  claim(id: string, workerId: string, leaseSeconds: number, token?: string): Promise<Claim | null>;
  /**
   * Takes the one whose turn it is (turns.ts); null where none waits that may run. Made `again` with its token after an answer
   * was lost, it gets the job that it took then.
   */
  claimNext(
    workerId: string,
    leaseSeconds: number,
    claim?: { token?: string; again?: boolean },
  ): Promise<Claim | null>;
  /** Renews the lease and returns what the user requested; null if the lease is lost. */
  renew(lease: Lease, seconds: number): Promise<Renewed | null>;
  /** Adds events, all or none; false when the lease is lost. With `update.write` it may be made again. */
  append(lease: Lease, bodies: readonly EventBody[], update?: JobUpdate): Promise<boolean>;
  /**
   * Ends the job, its status and done events included; false when the lease is lost. One that is cancelling ends cancelled.
   * May be made again, as `release` and `retry` may: a lease that was given up answers as it did then.
   */
  finish(lease: Lease, end: JobEnd): Promise<boolean>;
  /**
   * A worker that shuts down, or that the user wants to pause, lets go of its job; null where it waits for nobody (paused,
   * cancelled, lost).
   */
  release(lease: Lease): Promise<Waiting | null>;
  /**
   * A fault ended this attempt: queued again, or failed after `maxAttempts` of them in a row without a new checkpoint, or cancelled
   * where that was wanted; null where it waits for nobody.
   */
  retry(lease: Lease, fault: Fault, maxAttempts: number): Promise<Waiting | null>;
  /** Jobs whose lease ran out: as `retry`, with `worker_lost`. */
  reclaim(maxAttempts: number): Promise<Reclaimed>;
  /** In how many milliseconds the next lease ends; null where none is held. */
  nextExpiryMs(): Promise<number | null>;
  /** The oldest queued jobs that may run: what the queue should know first. */
  waiting(limit: number): Promise<Waiting[]>;
}
