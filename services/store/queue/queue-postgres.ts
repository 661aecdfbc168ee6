// The queue in the database that is there anyway.

import { createPostgresBackend, runMigrations, withBackend } from 'bullmq';
import type pg from 'pg';
import { JOB_QUEUE } from '#contracts/jobs/queue.ts';
import type { QueueBackend } from './queue.ts';

const { Queue, Worker } = withBackend(createPostgresBackend);

/** A namespace of its own beside our tables. */
const SCHEMA = 'epochd_queue';

/** Nothing waits for a frozen database without a bound; what BullMQ asks is small. */
const CONNECT_MS = 5_000;
const QUERY_MS = 15_000;

/** Its tables, once, before anything of BullMQ connects: it remembers a first failure. */
export async function prepareQueue(client: pg.Client): Promise<void> {
  await runMigrations(client, SCHEMA);
}

export async function openPostgresQueue(url: string): Promise<QueueBackend> {
  // The url's own options would win over the search path that BullMQ adds to these.
  const plain = new URL(url);
  const options = plain.searchParams.get('options');
  plain.searchParams.delete('options');
  const connection = {
    connectionString: plain.href,
    // No commit here waits for the disk: what a server that dies forgets of these tables is in the rows of the jobs.
    options: [options, '-c synchronous_commit=off'].filter((it) => it !== null).join(' '),
    schema: SCHEMA,
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
    // The database itself is pinged by the store.
    async ping() {},
    close: () => queue.close(),
  };
}
