// A job as the store's interface represents it. A *lease* is a worker's right to write to a job that it claimed; its *token* is generated
// anew by every claim, so that a worker presumed dead (a zombie) holds a token that matches no row.

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
  /** Mean loss of the current epoch so far; may be NaN or infinite. Null between epochs. */
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
  /** For `artifacts.read`: the file of the initial weights; null if they are drawn from the seed. */
  startArtifact: string | null;
  /** The cross-validation that it is a fold of; null for a standalone job. */
  crossValidation: string | null;
  /** How many times a worker has claimed it: 0 before the first. */
  attempt: number;
  progress: JobProgress;
  latest: Measured | null;
  best: Measured | null;
  test: Measured | null;
  warnings: Warning[];
  /** The `seq` of its newest event. */
  lastSeq: number;
  /** The final weights, for `artifacts.read`: a model file or a checkpoint. Null until it ends. */
  model: KeptModel | null;
  /** The weights of the best epoch; may be the same file. */
  bestModel: KeptModel | null;
  fingerprint: string | null;
  /** The trace it belongs to; null if not traced. */
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
  /** The file of the initial weights, possibly a checkpoint: not freed until the job ends. */
  startArtifact?: string | null;
  /** The cross-validation that it is a fold of. */
  crossValidation?: string | null;
  warnings?: readonly Warning[];
  traceparent?: string | null;
  /** An inline dataset, stored in the same transaction; `spec.dataset` must be its id. */
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

/** What an epoch changes in the row, besides its event. Omitted fields stay as they are. */
export interface JobUpdate {
  progress?: JobProgress;
  latest?: Measured;
  best?: Measured;
  test?: Measured;
  /** Appended to the existing ones. */
  warnings?: readonly Warning[];
  /** The values of every epoch; an existing block is replaced. */
  history?: readonly HistoryBlock[];
  /**
   * The number of this write under its lease, increasing from 1. A write whose reply was lost is retried unchanged with the same number,
   * and takes effect once.
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
  /** The weights, stored in the same transaction or not at all. If there are none, the last checkpoint becomes the model. */
  models?: { last: NewModel | null; best: NewModel | null };
  fingerprint?: string;
}

/** What ended an attempt through no mistake in the job itself. */
export interface Fault {
  /** The stop reason if this fault exhausts the job's attempts. Null if no job can be the cause (an outage): then it does not count. */
  stopReason: StopReason | null;
  message: string;
}

/** A job waiting for a worker, as `queue.add` takes it. A JobRecord is one too. */
export interface Waiting {
  id: string;
  attempt: number;
}

export interface Renewed {
  /** `cancelling` or `pausing` if requested. */
  status: JobStatus;
  /** When a checkpoint was last requested; null if never. */
  checkpointWantedAt: Date | null;
}

export interface Reclaimed {
  requeued: Waiting[];
  failed: string[];
  cancelled: string[];
}

/** What a tenant can do with its jobs. */
export interface OwnerSide {
  /**
   * Stores the row, the first events (validating, queued), the inline dataset and the reply to keep, in one transaction. Throws KeyTaken if
   * another request has used the key of `keep`.
   */
  create(job: NewJob, keep?: KeepReply<JobRecord>): Promise<JobRecord>;
  /** Creates several, all or none. An inline dataset is passed with the first job that uses it. */
  createAll(jobs: readonly NewJob[], keep?: KeepReply<JobRecord[]>): Promise<JobRecord[]>;
  get(id: string): Promise<JobRecord | null>;
  /** Newest first by default. */
  list(page: JobPage): Promise<Paged<JobRecord>>;
  /** Deletes a finished job with its events, checkpoints and model; returns the bytes freed. Throws Problem `conflict` or `not_found`. */
  delete(id: string): Promise<number>;
  /** A queued job becomes `cancelled` at once, a held one `cancelling`. Throws Problem `conflict` or `not_found`. */
  requestCancel(id: string): Promise<JobRecord>;
  /** A queued job becomes `paused` at once, a running one `pausing`. Throws Problem `conflict` or `not_found`. */
  requestPause(id: string): Promise<JobRecord>;
  /** Requeues a paused job. Throws Problem `conflict` or `not_found`. */
  resume(id: string): Promise<JobRecord>;
}

/** Adds what workers do, with any tenant's jobs. */
export interface JobStore extends OwnerSide {
  /**
   * Claims a queued job; null if it is no longer queued. If the reply was lost, retry with the same token (a UUID, generated here if
   * omitted) to get the same lease.
   */
  claim(id: string, workerId: string, leaseSeconds: number, token?: string): Promise<Claim | null>;
  /**
   * Claims the next job in turn (turns.ts); null if none that may run is waiting. If the reply was lost, retry with `again` and the same
   * token to get the same job.
   */
  claimNext(
    workerId: string,
    leaseSeconds: number,
    claim?: { token?: string; again?: boolean },
  ): Promise<Claim | null>;
  /** Renews the lease and returns any user requests; null if the lease is lost. */
  renew(lease: Lease, seconds: number): Promise<Renewed | null>;
  /** Appends events, all or none; false if the lease is lost. Can be retried if `update.write` is set. */
  append(lease: Lease, bodies: readonly EventBody[], update?: JobUpdate): Promise<boolean>;
  /**
   * Ends the job and appends its status and done events; false if the lease is lost. A cancelling job ends cancelled. Can be retried, like
   * `release` and `retry`: a released lease gets the same answer again.
   */
  finish(lease: Lease, end: JobEnd): Promise<boolean>;
  /**
   * Hands back a job when the worker shuts down or the user asked for a pause; null if it is not waiting for a worker (paused, cancelled,
   * lost).
   */
  release(lease: Lease): Promise<Waiting | null>;
  /**
   * Ends an attempt after a fault. The job is queued again, failed after `maxAttempts` consecutive faults without a new checkpoint, or
   * cancelled if that was requested; null if it is not waiting for a worker.
   */
  retry(lease: Lease, fault: Fault, maxAttempts: number): Promise<Waiting | null>;
  /** Handles jobs whose lease expired, like `retry` with `worker_lost`. */
  reclaim(maxAttempts: number): Promise<Reclaimed>;
  /** Milliseconds until the next lease expires; null if none is held. */
  nextExpiryMs(): Promise<number | null>;
  /** The oldest queued jobs that may run, for the queue to be notified of. */
  waiting(limit: number): Promise<Waiting[]>;
}
