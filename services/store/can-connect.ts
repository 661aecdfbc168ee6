// Checks whether a Postgres or a Redis is reachable: one attempt with a short timeout.

import { Redis } from 'ioredis';
import { ListeningClient } from './pool.ts';

const PATIENCE_MS = 3_000;

/** Null if the connection succeeds, otherwise the reason it failed. */
export async function canConnect(kind: 'postgres' | 'redis', url: string): Promise<string | null> {
  try {
    await (kind === 'postgres' ? askPostgres(url) : askRedis(url));
    return null;
  } catch (error) {
    const { message, errors } = error as AggregateError;
    return message || ((errors?.[0] as Error | undefined)?.message ?? 'no answer');
  }
}

async function askPostgres(url: string): Promise<void> {
  const client = new ListeningClient({
    connectionString: url,
    connectionTimeoutMillis: PATIENCE_MS,
    query_timeout: PATIENCE_MS,
  });
  try {
    await client.connect();
    await client.query('SELECT 1');
  } finally {
    await client.end().catch(() => {});
  }
}

async function askRedis(url: string): Promise<void> {
  const client = new Redis(url, {
    lazyConnect: true,
    connectTimeout: PATIENCE_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.ping();
  } finally {
    client.disconnect();
  }
}
