// Assembles the persistence layer: Postgres, artifacts, queue.

import { setTimeout as sleep } from 'node:timers/promises';
import { openArtifacts } from './artifacts/artifacts.ts';
import { openDatasets } from './artifacts/datasets.ts';
import { tendHomes } from './artifacts/homes/tend.ts';
import { openUploads } from './artifacts/uploads.ts';
import { openWeights } from './artifacts/weights.ts';
import { openDatabase } from './database.ts';
import { openDuties } from './duties.ts';
import { openEvents } from './events/events.ts';
import { openHistory } from './events/history.ts';
import { openNotifications } from './events/notifications.ts';
import { thinEvents } from './events/thin-events.ts';
import { openIdempotency } from './idempotency.ts';
import type { Store, StoreOptions, TenantStore } from './interface.ts';
import { openCheckpoints } from './jobs/checkpoints.ts';
import { openClaims } from './jobs/claims.ts';
import { openJobs } from './jobs/jobs.ts';
import { openLeases } from './jobs/leases.ts';
import { openReturns } from './jobs/returns.ts';
import { openKeys } from './keys/keys.ts';
import { openLoad } from './load.ts';
import { isOutage } from './outage.ts';
import { type OpenQueue, openQueue } from './queue/queue.ts';
import { openQueuePlaces } from './queue/queue-places.ts';
import { openPostgresQueue, prepareQueue } from './queue/queue-postgres.ts';
import { openRedisQueue } from './queue/queue-redis.ts';
import { sweepJobs } from './retention.ts';
import type { Scope } from './scope.ts';
import { openDeliveries } from './webhooks/webhook-deliveries.ts';
import { openWebhooks } from './webhooks/webhooks.ts';
import { openWorkers } from './workers.ts';

export type * from './artifacts/dataset-record.ts';
export type * from './artifacts/upload-record.ts';
export type * from './artifacts/weights-record.ts';
export type * from './events/history-record.ts';
export type * from './interface.ts';
export type * from './jobs/checkpoint-record.ts';
export type * from './jobs/job-record.ts';
export type * from './keys/key-quota.ts';
export type * from './keys/key-record.ts';
export type * from './load.ts';
export type * from './page.ts';
export type * from './webhooks/webhook-record.ts';
export type * from './worker-record.ts';

const PATIENCE_MS = 30_000;
const SWEEP_MS = 3_600_000;
/** How long webhook deliveries are kept. */
const DELIVERY_DAYS = 30;
const AGAIN_MS = 500;

/** Waits for the database and the queue, and runs the migrations. */
export async function openStore(options: StoreOptions): Promise<Store> {
  const deadline = Date.now() + (options.patienceMs ?? PATIENCE_MS);
  for (;;) {
    try {
      return await openOnce({ ...options, patienceMs: deadline - Date.now() });
    } catch (error) {
      // The connection may drop again before startup has read everything it needs.
      if (!isOutage(error) || Date.now() > deadline || options.signal?.aborted) throw error;
      options.log.warn({ err: error }, 'lost a connection while opening the store; retrying');
      await sleep(AGAIN_MS);
    }
  }
}

async function openOnce(options: StoreOptions): Promise<Store> {
  const { databaseUrl, redisUrl, log, patienceMs = PATIENCE_MS } = options;
  const database = await openDatabase({
    url: databaseUrl,
    log,
    patienceMs,
    signal: options.signal,
    ...(options.connections === undefined ? {} : { connections: options.connections }),
    disk: options.disk ?? null,
    ...(options.homes === undefined ? {} : { homes: options.homes }),
    prepare: prepareQueue,
  });
  let queue: OpenQueue;
  try {
    await database.warmUp();
    const backend =
      redisUrl === null
        ? await openPostgresQueue(databaseUrl)
        : await openRedisQueue(redisUrl, log, patienceMs, options.signal);
    queue = openQueue(backend, log);
  } catch (error) {
    await database.close();
    throw error;
  }
  const leases = { ...database, ...database.leases };
  const bulk = { ...database, ...database.bulk };
  const notifications = openNotifications(database);
  const idempotency = openIdempotency(database);
  const jobs = openJobs(database, notifications);
  const keys = openKeys(database);
  const deliveries = openDeliveries(database);
  const uploads = openUploads(bulk);
  const artifacts = openArtifacts(bulk);
  const queuePlaces = openQueuePlaces(database);
  const scoped = (scope: Scope): TenantStore => ({
    jobs: openJobs(database, notifications, scope),
    events: openEvents(database, notifications, scope),
    history: openHistory(database, scope),
    datasets: openDatasets(database, scope),
    weights: openWeights(bulk, scope),
    artifacts,
    checkpoints: openCheckpoints(bulk, notifications, scope),
    idempotency,
    uploads: openUploads(bulk, scope),
    webhooks: openWebhooks(database, scope),
    queuePlaces,
  });
  const { retentionDays = null, eventRetentionDays = null } = options;
  const closing = new AbortController();
  let sweepingJobs: Promise<unknown> = Promise.resolve();
  const sweepOld = async () => {
    await uploads.sweep();
    if (retentionDays !== null) await sweepJobs(database, jobs, retentionDays, closing.signal);
    if (eventRetentionDays !== null) await thinEvents(database, eventRetentionDays, closing.signal);
  };
  const sweepOldJobs = () => {
    sweepingJobs = sweepOld().catch((error: unknown) =>
      log.warn({ err: error }, 'could not delete expired uploads, old jobs and their events'),
    );
  };
  sweepOldJobs();
  const sweep = () => {
    idempotency
      .sweep()
      .catch((error: unknown) => log.warn({ err: error }, 'could not delete old idempotency keys'));
    deliveries
      .sweep(DELIVERY_DAYS)
      .catch((error: unknown) => log.warn({ err: error }, 'could not delete old webhook deliveries'));
    sweepOldJobs();
  };
  const sweeper = setInterval(sweep, SWEEP_MS).unref();
  const duties = openDuties(database);
  const homes = tendHomes({ ...bulk, duties, move: options.homes?.move ?? false });

  return {
    ...scoped(null),
    jobs: {
      ...jobs,
      ...openClaims(database, notifications),
      ...openLeases({ ...leases, transaction: bulk.transaction }, notifications),
      ...openReturns(leases, notifications),
    },
    keys,
    deliveries,
    workers: openWorkers(database),
    queue,
    duties,
    load: openLoad(database),
    forTenant: scoped,
    async ping() {
      await Promise.all([database.pool.query('SELECT 1'), queue.ping()]);
    },
    async close() {
      clearInterval(sweeper);
      closing.abort();
      await sweepingJobs;
      await homes.close();
      await queue.close();
      await keys.close();
      await notifications.close();
      await database.close();
    },
  };
}
