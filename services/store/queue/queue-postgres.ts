// The queue in Postgres, which is required anyway.

import { createPostgresBackend, runMigrations, withBackend } from 'bullmq';
import type pg from 'pg';
import { JOB_QUEUE } from '#contracts/jobs/queue.ts';
import { ListeningClient } from '../pool.ts';
import type { QueueBackend } from './queue.ts';

const { Queue, Worker } = withBackend(createPostgresBackend);

/** A separate schema beside our tables. */
const SCHEMA = 'epochd_queue';

/** Bounds every wait on a frozen database; BullMQ's queries are small. */
const CONNECT_MS = 5_000;
const QUERY_MS = 15_000;

/** Creates BullMQ's tables before any of its clients connects: a client never recovers from a failed first attempt. */
export async function prepareQueue(client: pg.Client): Promise<void> {
  await runMigrations(client, SCHEMA);
}

export async function openPostgresQueue(url: string): Promise<QueueBackend> {
  // The URL's own options would override the search path that BullMQ adds below.
  const plain = new URL(url);
  const options = plain.searchParams.get('options');
  plain.searchParams.delete('options');
  const connection = {
    connectionString: plain.href,
    // Commits need not wait for the disk: whatever these tables lose in a crash is still in the job rows.
    options: [options, '-c synchronous_commit=off'].filter((it) => it !== null).join(' '),
    schema: SCHEMA,
    Client: ListeningClient,
    max: 3,
    keepAlive: true,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: QUERY_MS,
  };
  const queue = new Queue(JOB_QUEUE, { connection });
  await queue.waitUntilReady();
  return {
    kind: 'postgres',
    queue,
    worker: (processor, tuning) => new Worker(JOB_QUEUE, processor, { ...tuning, connection }),
    isReachable: () => true,
    // The store pings the database itself.
    async ping() {},
    close: () => queue.close(),
  };
}
