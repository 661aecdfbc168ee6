// A worker: waits for a notification, runs each job in a trainer process, and keeps queue and rows in agreement.

import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { isOutage } from '#store/outage.ts';
import type { Store, StoreLog } from '#store/store.ts';
import { NO_TRACING, type Tracing } from '#tracing/tracing.ts';
import { probeDevices } from './devices.ts';
import type { Readiness } from './readiness.ts';
import { startReconciler } from './reconciler.ts';
import { runJobs, type WorkerParts } from './run-job.ts';
import { openSlots } from './slots.ts';
import { softwareAdapterEnvironment } from './software-adapter.ts';
import { openSpool } from './spool.ts';
import { openTrainerPool, type TrainerPool } from './trainer-pool.ts';
import { startTrainer } from './trainer-process.ts';

const RECONCILE_MS = 5_000;
const AGAIN_MS = 500;

export interface WorkerOptions {
  store: Store;
  log: StoreLog;
  /** Jobs trained concurrently. */
  concurrency: number;
  /** Maximum threads per trainer; 1 if omitted. */
  threads?: number;
  /** How much of its table a trainer keeps in memory, in bytes; the default limit if omitted. */
  dataBytes?: number;
  leaseSeconds: number;
  maxAttempts: number;
  /** For development: gives trainers a GPU emulated in software. */
  softwareGpu?: boolean;
  reconcileMs?: number;
  /** Aborts the startup. */
  signal?: AbortSignal;
  /** Notified when queue and rows are consistent, and on shutdown. */
  readiness?: Readiness;
  /** No tracing if omitted. */
  tracing?: Tracing;
  /** Overrides how trainers are created, for tests. */
  pool?: TrainerPool;
}

export interface Worker {
  readonly id: string;
  /** Releases the running jobs and ends every trainer; resolves when done. The store stays open. */
  close(): Promise<void>;
}

export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const { store, log, maxAttempts, threads, dataBytes } = options;
  const id = `w_${hostname()}_${process.pid}_${randomUUID().slice(0, 8)}`;
  const spool = await openSpool();
  const environment = options.softwareGpu === true ? await softwareAdapterEnvironment() : {};
  if (options.softwareGpu === true) {
    log.warn({}, 'EPOCHD_WEBGPU_SOFTWARE: the GPU is emulated in software, for development only');
  }
  const pool =
    options.pool ?? openTrainerPool(() => startTrainer(undefined, { threads, dataBytes, environment }));
  const devices = await probeDevices(environment);
  const closing = new AbortController();
  const parts: WorkerParts = {
    store,
    pool,
    spool,
    log,
    workerId: id,
    leaseSeconds: options.leaseSeconds,
    maxAttempts,
    adapter: devices.webgpu.adapter,
    tracing: options.tracing ?? NO_TRACING,
    closing: closing.signal,
  };

  const slots = openSlots(options.concurrency, () => runJobs(parts));
  const beat = () => store.workers.beat({ id, host: hostname(), concurrency: options.concurrency, devices });
  // Keep trying while the database or queue is unreachable: exiting would only get the worker restarted.
  const patiently = async <T>(begin: () => Promise<T>): Promise<T> => {
    for (;;) {
      try {
        return await begin();
      } catch (error) {
        if (!isOutage(error) || options.signal?.aborted) throw error;
        log.warn({ err: error }, 'the worker could not start; retrying');
        await sleep(AGAIN_MS);
      }
    }
  };
  await patiently(beat);
  const queue = await patiently(() =>
    store.queue.work(() => slots.fill(), { concurrency: options.concurrency }),
  );
  const reconciler = startReconciler({
    store,
    maxAttempts,
    periodMs: options.reconcileMs ?? RECONCILE_MS,
    log,
    beat,
    async onAgreed() {
      await spool.beat();
      options.readiness?.agreed();
      // A notification can be lost with the worker that held it, until the queue notices; so look for jobs regardless.
      slots.fill().catch((error: unknown) => log.warn({ err: error }, 'could not claim a job'));
    },
  });
  log.info({ worker: id, queue: store.queue.kind, concurrency: options.concurrency }, 'worker is up');

  return {
    id,
    async close() {
      if (closing.signal.aborted) return;
      closing.abort();
      options.readiness?.stopping();
      await Promise.all([queue.close(), pool.close(), reconciler.stop()]);
      await slots.idle();
      await spool.close();
      await store.workers.remove(id).catch((error: unknown) => {
        log.warn({ err: error }, 'could not remove the worker from the list of live workers');
      });
      log.info({ worker: id }, 'worker is down');
    },
  };
}
