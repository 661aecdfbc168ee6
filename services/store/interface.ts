// The persistence interface of the API and the worker. Whoever opens a Store closes it.

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
  /** Where the queue lives; null puts it into Postgres too. */
  redisUrl: string | null;
  log: StoreLog;
  /** How long to wait for a database or Redis that is still starting; 30 s if omitted. */
  patienceMs?: number;
  /** Aborts the wait. */
  signal?: AbortSignal;
  /** Maximum connections per pool: requests, leases, bulk. */
  connections?: Readonly<Record<PoolName, number>>;
  /** The database's disk, if the database is embedded; otherwise null or omitted. */
  disk?: DiskOptions | null;
  /** Where artifacts' bytes are stored; all in Postgres if omitted. */
  homes?: HomesOptions;
  /** Deletes jobs this many days after they end; null or omitted keeps them. */
  retentionDays?: number | null;
  /** Deletes jobs' epoch events this many days after the job ends; null or omitted keeps them. */
  eventRetentionDays?: number | null;
}

export interface EventStore {
  /**
   * Events with seq > after, in order: at most `limit`, ending with the one whose data brings the total to `bytes`. Always at least one if
   * any exist.
   */
  list(jobId: string, page: { after: number; limit: number; bytes?: number }): Promise<JobEvent[]>;
  /**
   * Calls onNotify when the job may have new events or may have been deleted: then read on from your cursor. Notifications may be merged or
   * spurious, but nothing committed after this promise resolves is missed. Returns the unsubscribe function.
   */
  subscribe(jobId: string, onNotify: () => void): Promise<() => void>;
  /** The same for the holder of the job's lease, only for user requests: cancel, pause, checkpoint. */
  subscribeOrders(jobId: string, onNotify: () => void): Promise<() => void>;
}

export interface DutyStore {
  /** True for one of many callers in each interval: that one does the work for all. */
  take(name: string, everySeconds: number): Promise<boolean>;
}

export interface StoredArtifact {
  id: string;
  bytes: number;
  sha256: string;
}

export interface ArtifactStore {
  put(content: Uint8Array | AsyncIterable<Uint8Array>): Promise<StoredArtifact>;
  /** Its size and checksum; null if it does not exist. */
  find(id: string): Promise<StoredArtifact | null>;
  /** Its bytes, one MiB at a time. Throws Problem `not_found`. */
  read(id: string): AsyncIterable<Buffer>;
  delete(id: string): Promise<void>;
}

export interface SavedReply {
  status: number;
  body: string;
  headers: Record<string, string>;
}

/** What a create stores along with the new row, in the same transaction. */
export interface KeepReply<R> {
  /** Separates routes: the same key on two routes is two keys. */
  scope: string;
  key: string;
  bodyHash: string;
  reply(record: R): SavedReply;
}

export type IdempotencyState =
  | { state: 'new' }
  | { state: 'replay'; reply: SavedReply }
  /** The key was used with a different body. */
  | { state: 'mismatch' };

export interface IdempotencyStore {
  /** The state of a key. The create that used it keeps it for 24 hours. */
  find(scope: string, key: string, bodyHash: string): Promise<IdempotencyState>;
}

export interface QueueWorker {
  /** Takes no more jobs and waits for the running handlers. */
  close(): Promise<void>;
}

export interface JobQueue {
  readonly kind: 'postgres' | 'redis';
  /** Notifies workers of a job; idempotent per attempt. */
  add(job: Waiting): Promise<void>;
  /** Nothing is lost if a handler throws: the row is still queued, and the reconciler notifies again. */
  work(handler: (jobId: string) => Promise<void>, options: { concurrency: number }): Promise<QueueWorker>;
}

/** The store as one tenant sees it. */
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

/** The inherited members see every tenant's rows and write for the default tenant: they are for workers. */
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
  /** Restricted to what a request of this tenant may see and write. */
  forTenant(tenant: string): TenantStore;
  /** Throws if the database or the queue is unreachable. */
  ping(): Promise<void>;
  /** Close the queue's workers first. */
  close(): Promise<void>;
}
