// The persistence interface of the API and the worker. The caller that opens a Store closes it.

import type { JobEvent } from '#contracts/jobs/events.ts';
import type { DatasetStore } from './artifacts/dataset-record.ts';
import type { DiskOptions } from './artifacts/disk-guard.ts';
import type { HomesOptions } from './artifacts/homes/homes.ts';
import type { UploadStore } from './artifacts/upload-record.ts';
import type { WeightsStore } from './artifacts/weights-record.ts';
import type { PoolName } from './database.ts';
import type { HistoryStore } from './events/history-record.ts';
import type { CheckpointStore } from './jobs/checkpoint-record.ts';
import type { JobStore, OwnerSide, Waiting } from './jobs/job-record.ts';
import type { KeyStore } from './keys/key-record.ts';
import type { LoadReader } from './load.ts';
import type { QueuePlaces } from './queue/queue-places.ts';
import type { DeliveryQueue, WebhookStore } from './webhooks/webhook-record.ts';
import type { WorkerStore } from './worker-record.ts';

export interface StoreLog {
  info(fields: object, message?: string): void;
  warn(fields: object, message?: string): void;
  error(fields: object, message?: string): void;
}

export interface StoreOptions {
  /** Any Postgres ≥ 14. */
  databaseUrl: string;
  /** Where the queue is; null puts it into Postgres too. */
  redisUrl: string | null;
  log: StoreLog;
  /** How long to wait for a database or a Redis that is on its way up; 30 s if omitted. */
  patienceMs?: number;
  /** Ends the waiting. */
  signal?: AbortSignal;
  /** The most connections of each pool: requests, leases, bulk. */
  connections?: Readonly<Record<PoolName, number>>;
  /** The disk of the database, if it is ours; else null or omitted. */
  disk?: DiskOptions | null;
  /** Where the bytes of artifacts live; all in Postgres if omitted. */
  homes?: HomesOptions;
  /** Jobs that ended so many days ago are deleted; null (or left out) keeps them. */
  retentionDays?: number | null;
  /** Events of epochs of jobs that ended so many days ago are deleted; null (or left out) keeps them. */
  eventRetentionDays?: number | null;
}

export interface EventStore {
  /**
   * Events with seq > after, in order: at most `limit`, and none after the one whose data brings all of them to `bytes`. Where
   * there are any, at least one is given.
   */
  list(jobId: string, page: { after: number; limit: number; bytes?: number }): Promise<JobEvent[]>;
  /**
   * Calls onNotify when the job may have new events (or is gone): read on from your cursor then. Notifications are merged, may
   * come without cause, and miss nothing that is committed after this promise resolves. Returns the way to end it.
   */
  subscribe(jobId: string, onNotify: () => void): Promise<() => void>;
  /** The same for the holder of the job's lease, only for user requests: a cancel, a pause, a checkpoint. */
  subscribeOrders(jobId: string, onNotify: () => void): Promise<() => void>;
}

export interface DutyStore {
  /** True for one of many callers within this many seconds: it does the work for all. */
  take(name: string, everySeconds: number): Promise<boolean>;
}

export interface StoredArtifact {
  id: string;
  bytes: number;
  sha256: string;
}

export interface ArtifactStore {
  put(content: Uint8Array | AsyncIterable<Uint8Array>): Promise<StoredArtifact>;
  /** Its size and its sum; null where there is none. */
  find(id: string): Promise<StoredArtifact | null>;
  /** Its bytes, a MiB at a time. Throws Problem `not_found`. */
  read(id: string): AsyncIterable<Buffer>;
  delete(id: string): Promise<void>;
}

export interface SavedReply {
  status: number;
  body: string;
  headers: Record<string, string>;
}

/** What a create keeps beside what it creates, in the same transaction. */
export interface KeepReply<R> {
  /** Keeps routes apart: the same key on two of them is two keys. */
  scope: string;
  key: string;
  bodyHash: string;
  reply(record: R): SavedReply;
}

export type IdempotencyState =
  | { state: 'new' }
  | { state: 'replay'; reply: SavedReply }
  /** The key was used with another body. */
  | { state: 'mismatch' };

export interface IdempotencyStore {
  /** What is known of a key; kept for 24 hours by the create that was given it. */
  find(scope: string, key: string, bodyHash: string): Promise<IdempotencyState>;
}

export interface QueueWorker {
  /** Takes no more jobs, and waits for the handlers that run. */
  close(): Promise<void>;
}

export interface JobQueue {
  readonly kind: 'postgres' | 'redis';
  /** Notifies of a job; twice for the same attempt is once. */
  add(job: Waiting): Promise<void>;
  /** A handler that throws loses nothing: the row is still queued, and the reconciler notifies again. */
  work(handler: (jobId: string) => Promise<void>, options: { concurrency: number }): Promise<QueueWorker>;
}

/** What one tenant has, as if there were no other. */
export interface TenantStore {
  jobs: OwnerSide;
  events: EventStore;
  history: HistoryStore;
  datasets: DatasetStore;
  weights: WeightsStore;
  artifacts: ArtifactStore;
  checkpoints: CheckpointStore;
  idempotency: IdempotencyStore;
  uploads: UploadStore;
  webhooks: WebhookStore;
  queuePlaces: QueuePlaces;
}

/** Its own parts see every tenant's rows, and write for the default one: they are for workers. */
export interface Store extends TenantStore {
  jobs: JobStore;
  events: EventStore;
  history: HistoryStore;
  datasets: DatasetStore;
  weights: WeightsStore;
  artifacts: ArtifactStore;
  checkpoints: CheckpointStore;
  idempotency: IdempotencyStore;
  keys: KeyStore;
  deliveries: DeliveryQueue;
  workers: WorkerStore;
  queue: JobQueue;
  duties: DutyStore;
  queuePlaces: QueuePlaces;
  load: LoadReader;
  /** What a request of this tenant may see and write. */
  forTenant(tenant: string): TenantStore;
  /** Throws where the database or the queue is unreachable. */
  ping(): Promise<void>;
  /** Leaves nothing open; workers of the queue are closed first. */
  close(): Promise<void>;
}
