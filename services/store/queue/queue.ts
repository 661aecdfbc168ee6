// Notifies workers of jobs: BullMQ, on Postgres or on Redis. A message carries only a job's id. Lost messages are sent again by the
// reconciler, which compares queue and rows; duplicates do no harm, because a job can be claimed only once.

import { setTimeout as sleep } from 'node:timers/promises';
import type { JobsOptions, WorkerOptions } from 'bullmq';
import { JobNotification } from '#contracts/jobs/queue.ts';
import { inBatches } from '../batches.ts';
import type { JobQueue, StoreLog } from '../interface.ts';
import type { Waiting } from '../jobs/job-record.ts';

/** What differs between the two queue backends. */
export interface QueueBackend {
  kind: JobQueue['kind'];
  queue: {
    addBulk(jobs: { name: string; data: JobNotification; opts: JobsOptions }[]): Promise<unknown>;
    on(event: 'error', listener: (error: Error) => void): unknown;
  };
  worker(processor: (notification: Notification) => Promise<void>, tuning: WorkerTuning): RunningWorker;
  /** False if a graceful close would wait for a reply that never comes. */
  isReachable(): boolean;
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Maximum notifications per message. */
const BATCH = 200;

/** How long an unresponsive queue may delay shutdown. */
const GOODBYE_MS = 1500;

export interface Notification {
  data: unknown;
}

export interface RunningWorker {
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'failed', listener: (notification: Notification | undefined, error: Error) => void): unknown;
  waitUntilReady(): Promise<unknown>;
  close(force: boolean): Promise<void>;
  disconnect(): Promise<void>;
}

export type WorkerTuning = Pick<
  WorkerOptions,
  'concurrency' | 'maxStalledCount' | 'removeOnComplete' | 'removeOnFail'
>;

export interface OpenQueue extends JobQueue {
  ping(): Promise<void>;
  close(): Promise<void>;
}

export function openQueue(backend: QueueBackend, log: StoreLog): OpenQueue {
  const { queue } = backend;
  queue.on('error', (error) => log.warn({ err: error }, 'queue error'));

  const add = inBatches<Waiting>(
    (jobs) =>
      queue.addBulk(
        jobs.map(({ id, attempt }) => ({
          name: 'job',
          data: { job_id: id },
          // One notification per attempt, so that one still held by a lost worker does not block the next attempt's.
          opts: { jobId: `${id}-${attempt}`, removeOnComplete: true, removeOnFail: true },
        })),
      ),
    BATCH,
  );

  return {
    kind: backend.kind,

    add,

    async work(handler, { concurrency }) {
      const running = new Set<Promise<void>>();
      const handle = async (notification: Notification) => {
        const done = handler(JobNotification.parse(notification.data).job_id);
        running.add(done);
        try {
          await done;
        } finally {
          running.delete(done);
        }
      };
      const worker = backend.worker(handle, {
        concurrency,
        // Lost workers are counted in the job's row instead.
        maxStalledCount: 1_000_000,
        removeOnComplete: { count: 0 },
        removeOnFail: { count: 0 },
      });
      worker.on('error', (error) => log.warn({ err: error }, 'queue worker error'));
      worker.on('failed', (notification, error) => {
        log.error({ err: error, notification: notification?.data }, 'a queue handler failed');
      });
      try {
        await worker.waitUntilReady();
      } catch (error) {
        await worker.close(true).catch(() => {});
        throw error;
      }
      return {
        async close() {
          // close() stops taking new jobs immediately.
          let closed = false;
          const closing = worker.close(!backend.isReachable()).finally(() => {
            closed = true;
          });
          await Promise.allSettled(running);
          await Promise.race([closing, sleep(GOODBYE_MS, undefined, { ref: false })]);
          if (!closed) worker.disconnect().catch(() => {});
        },
      };
    },

    ping: backend.ping,
    close: backend.close,
  };
}
