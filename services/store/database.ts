// The connection pools to Postgres: one for requests, shared by plain SQL and Prisma; one for leases; and one for bytes, so that a large
// upload cannot keep a worker from renewing its lease. No wait for a reply is unbounded.

import { setTimeout as sleep } from 'node:timers/promises';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { type DiskGuard, type DiskOptions, openDiskGuard } from './artifacts/disk-guard.ts';
import { type Homes, type HomesOptions, IN_POSTGRES, openHomes } from './artifacts/homes/homes.ts';
import { PrismaClient } from './generated/client.ts';
import type { StoreLog } from './interface.ts';
import { migrate } from './migrate.ts';
import { isLost } from './outage.ts';
import { openPool } from './pool.ts';

/** Columns and predicates are raw SQL; a client inside a transaction also qualifies. */
export type Queryable = Pick<pg.ClientBase, 'query'>;

/** @param first a parameterless statement sent together with BEGIN */
export type Transaction = <T>(work: (client: pg.PoolClient) => Promise<T>, first?: string) => Promise<T>;

export interface Database {
  url: string;
  pool: pg.Pool;
  prisma: PrismaClient;
  log: StoreLog;
  /** Checks the disk before bytes are stored, if the database is embedded. */
  disk: DiskGuard;
  /** Where artifacts' bytes are stored. */
  homes: Homes;
  transaction: Transaction;
  /** Connections reserved for leases. */
  leases: Pick<Database, 'pool' | 'transaction'>;
  /** Connections reserved for writing and freeing artifacts. */
  bulk: Pick<Database, 'pool' | 'transaction'>;
  /** Prisma compiles itself on the first query: do that up front rather than during a request. */
  warmUp(): Promise<void>;
  close(): Promise<void>;
}

const MINIMUM_VERSION = 14;

/** Limit for establishing a connection, including the wait for a free one. */
const CONNECT_MS = 5_000;
/** Statement timeout by pool. Leases have the shortest: a late renewal is worthless. */
const QUERY_MS = { requests: 15_000, leases: 5_000, bulk: 60_000 } as const;

export type PoolName = keyof typeof QUERY_MS;
export const CONNECTIONS: Readonly<Record<PoolName, number>> = { requests: 10, leases: 3, bulk: 4 };

/** The database is starting up or not reachable yet. Waiting does not help with any other error. */
function isComing(error: unknown): boolean {
  const code = (error as { code?: string }).code ?? '';
  const patient = [
    'ECONNREFUSED',
    'ECONNRESET',
    'ENOTFOUND',
    'EAI_AGAIN',
    'ETIMEDOUT',
    'EHOSTUNREACH',
    '57P03',
  ];
  return patient.includes(code);
}

async function connectPatiently(
  url: string,
  log: StoreLog,
  patienceMs: number,
  connectMs: number,
  signal: AbortSignal | undefined,
): Promise<pg.Client> {
  const deadline = Date.now() + patienceMs;
  const aborted = Promise.withResolvers<never>();
  aborted.promise.catch(() => {}); // avoids an unhandled rejection when no caller waits any more
  signal?.addEventListener('abort', () => aborted.reject(signal.reason), { once: true });
  for (let logged = false; ; ) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: connectMs });
    client.on('error', (error) => log.warn({ err: error }, 'lost a connection to Postgres'));
    try {
      signal?.throwIfAborted();
      const connecting = client.connect();
      connecting.catch(() => {});
      await Promise.race([connecting, aborted.promise]);
      return client;
    } catch (error) {
      const ended = client.end().catch(() => {});
      signal?.throwIfAborted();
      await ended;
      if (!isComing(error) || Date.now() > deadline) {
        const message = error instanceof Error ? error.message : String(error);
        throw new Error(`cannot connect to Postgres: ${message}`, { cause: error });
      }
      if (!logged) log.info({}, 'waiting for Postgres');
      logged = true;
      await sleep(200, undefined, signal === undefined ? {} : { signal }).catch(() => {});
    }
  }
}

export interface OpenDatabaseOptions {
  url: string;
  log: StoreLog;
  patienceMs: number;
  /** The database's disk, if the database is embedded. */
  disk?: DiskOptions | null;
  /** Where artifacts' bytes are stored; all in Postgres if omitted. */
  homes?: HomesOptions;
  /** Maximum connections per pool. */
  connections?: Readonly<Record<PoolName, number>>;
  /** Aborts the wait. */
  signal?: AbortSignal | undefined;
  /** Shortened by tests. */
  connectMs?: number;
  queryMs?: Readonly<Record<PoolName, number>>;
  /** Runs once more setup on the connection that ran the migrations. */
  prepare?: (client: pg.Client) => Promise<void>;
}

function transactionsOn(pool: pg.Pool): Transaction {
  return async (work, first) => {
    const client = await pool.connect();
    let broken: Error | undefined;
    // A connection that breaks between two queries must not go back to the pool.
    const onEnd = (error: Error) => {
      broken = error;
    };
    client.on('error', onEnd);
    try {
      await client.query(first === undefined ? 'BEGIN' : `BEGIN; ${first}`);
      const result = await work(client);
      await client.query('COMMIT');
      return result;
    } catch (error) {
      // A broken connection would not answer ROLLBACK either; closing it rolls back too.
      if (isLost(error)) broken = error;
      else {
        await client.query('ROLLBACK').catch((lost: Error) => {
          broken = lost;
        });
      }
      throw error;
    } finally {
      client.off('error', onEnd);
      client.release(broken);
    }
  };
}

/** Waits for the database, checks its version and runs the migrations. */
export async function openDatabase(options: OpenDatabaseOptions): Promise<Database> {
  const { url, log } = options;
  const first = await connectPatiently(
    url,
    log,
    options.patienceMs,
    options.connectMs ?? CONNECT_MS,
    options.signal,
  );
  let schema: string;
  try {
    const { rows } = await first.query<{ version: number; schema: string | null }>(
      `SELECT current_setting('server_version_num')::int / 10000 AS version, current_schema() AS schema`,
    );
    const { version = 0, schema: current = null } = rows[0] ?? {};
    if (version < MINIMUM_VERSION) {
      throw new Error(`Postgres ${version} is too old: epochd needs ${MINIMUM_VERSION} or later`);
    }
    schema = current ?? 'public';
    await migrate(first, log);
    await options.prepare?.(first);
  } finally {
    await first.end();
  }

  const homes = await openHomes(url, options.homes ?? IN_POSTGRES, log);
  const { connections = CONNECTIONS, queryMs = QUERY_MS, connectMs = CONNECT_MS } = options;
  const open = (name: PoolName) => {
    const config = {
      connectionString: url,
      max: connections[name],
      keepAlive: true,
      connectionTimeoutMillis: Math.min(connectMs, queryMs[name]),
      query_timeout: queryMs[name],
      // Enforced by the server, so that a frozen or disconnected client cannot hold row locks for longer.
      statement_timeout: queryMs[name],
      idle_in_transaction_session_timeout: queryMs[name],
    };
    const pool = openPool(config, log);
    return { pool, transaction: transactionsOn(pool) };
  };
  const [requests, leases, bulk] = [open('requests'), open('leases'), open('bulk')];
  const prisma = new PrismaClient({ adapter: new PrismaPg(requests.pool, { schema }) });
  return {
    url,
    ...requests,
    leases,
    bulk,
    prisma,
    log,
    disk: openDiskGuard(options.disk ?? null),
    homes,
    async warmUp() {
      await prisma.job.findUnique({ where: { id: '' }, select: { id: true } });
    },
    async close() {
      await prisma.$disconnect();
      await Promise.all([...[requests, leases, bulk].map(({ pool }) => pool.end()), homes.close()]);
    },
  };
}
