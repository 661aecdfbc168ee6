// The queue in Redis. It holds nothing that cannot be rebuilt from the rows.

import { setTimeout as sleep } from 'node:timers/promises';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { JOB_QUEUE } from '#contracts/jobs/queue.ts';
import type { StoreLog } from '../interface.ts';
import type { QueueBackend } from './queue.ts';

const PREFIX = 'epochd';
const MINIMUM_VERSION = [6, 2] as const;

async function connectPatiently(
  client: Redis,
  log: StoreLog,
  patienceMs: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const deadline = Date.now() + patienceMs;
  for (let logged = false; ; ) {
    try {
      await client.connect();
      return;
    } catch (error) {
      signal?.throwIfAborted();
      if (Date.now() > deadline) {
        client.disconnect();
        const message = error instanceof Error ? error.message : String(error);
        throw new Error(`cannot connect to Redis: ${message}`, { cause: error });
      }
      if (!logged) log.info({}, 'waiting for Redis');
      logged = true;
      client.disconnect();
      await sleep(200);
    }
  }
}

/** Rejects a Redis that is too old, and warns about one that may evict notifications. */
async function inspect(client: Redis, log: StoreLog): Promise<void> {
  const info = await client.info();
  const field = (name: string) => new RegExp(`^${name}:(.*)$`, 'm').exec(info)?.[1]?.trim();
  const version = field('redis_version') ?? '0';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < MINIMUM_VERSION[0] || (major === MINIMUM_VERSION[0] && minor < MINIMUM_VERSION[1])) {
    throw new Error(`Redis ${version} is too old: epochd needs ${MINIMUM_VERSION.join('.')} or later`);
  }
  const policy = field('maxmemory_policy');
  if (policy !== undefined && policy !== 'noeviction') {
    log.warn(
      { policy },
      `Redis has maxmemory-policy ${policy}: when out of memory it would drop queued jobs; set it to noeviction`,
    );
  }
}

export async function openRedisQueue(
  url: string,
  log: StoreLog,
  patienceMs: number,
  signal?: AbortSignal,
): Promise<QueueBackend> {
  // Notifying fails fast while Redis is unreachable, and the job waits in its row. Workers wait indefinitely.
  const client = new Redis(url, { lazyConnect: true, enableOfflineQueue: false, maxRetriesPerRequest: 1 });
  client.on('error', (error) => log.warn({ err: error }, 'Redis error'));
  await connectPatiently(client, log, patienceMs, signal);
  const waiting = client.duplicate({
    lazyConnect: true,
    enableOfflineQueue: true,
    maxRetriesPerRequest: null,
  });
  waiting.on('error', () => {}); // reported by the queue worker
  try {
    await inspect(client, log);
  } catch (error) {
    client.disconnect();
    throw error;
  }
  const queue = new Queue(JOB_QUEUE, { connection: client, prefix: PREFIX, skipVersionCheck: true });
  await queue.waitUntilReady();
  return {
    kind: 'redis',
    queue,
    worker: (processor, tuning) =>
      new Worker(JOB_QUEUE, processor, {
        ...tuning,
        connection: waiting,
        prefix: PREFIX,
        skipVersionCheck: true,
      }),
    isReachable: () => client.status === 'ready',
    async ping() {
      await client.ping();
    },
    async close() {
      await queue.close();
      client.disconnect();
      waiting.disconnect();
    },
  };
}
