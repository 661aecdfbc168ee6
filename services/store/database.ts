// The connections to Postgres: one pool that the plain SQL and Prisma share.

import { setTimeout as sleep } from 'node:timers/promises';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { PrismaClient } from './generated/client.ts';
import type { StoreLog } from './interface.ts';
import { migrate } from './migrate.ts';

/** Columns and predicates as SQL has them; a client inside a transaction is one, too. */
export type Queryable = Pick<pg.ClientBase, 'query'>;

export interface Database {
  url: string;
  pool: pg.Pool;
  prisma: PrismaClient;
  log: StoreLog;
  transaction<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T>;
  /** Prisma compiles itself at its first query: better now than in somebody's request. */
  warmUp(): Promise<void>;
  close(): Promise<void>;
}

const MINIMUM_VERSION = 14;

/** A database that is on its way up: not there yet, or not ready. Anything else will not get better by waiting. */
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

async function connectPatiently(url: string, log: StoreLog, patienceMs: number): Promise<pg.Client> {
  const deadline = Date.now() + patienceMs;
  for (let said = false; ; ) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
    client.on('error', (error) => log.warn({ err: error }, 'lost a connection to Postgres'));
    try {
      await client.connect();
      return client;
    } catch (error) {
      await client.end().catch(() => {});
      if (!isComing(error) || Date.now() > deadline) {
        const message = error instanceof Error ? error.message : String(error);
        throw new Error(`cannot connect to Postgres: ${message}`, { cause: error });
      }
      if (!said) log.info({}, 'waiting for Postgres');
      said = true;
      await sleep(200);
    }
  }
}

export interface OpenDatabaseOptions {
  url: string;
  log: StoreLog;
  patienceMs: number;
  /** More to do once, on the connection that migrated. */
  prepare?: (client: pg.Client) => Promise<void>;
}

/** Waits for the database, checks its version, and brings its tables up to date. */
export async function openDatabase(options: OpenDatabaseOptions): Promise<Database> {
  const { url, log } = options;
  const first = await connectPatiently(url, log, options.patienceMs);
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

  const pool = new pg.Pool({ connectionString: url, max: 10, keepAlive: true });
  pool.on('error', (error) => log.warn({ err: error }, 'lost a connection to Postgres'));
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool, { schema }) });
  return {
    url,
    pool,
    prisma,
    log,
    async transaction(work) {
      const client = await pool.connect();
      let broken: Error | undefined;
      try {
        await client.query('BEGIN');
        const result = await work(client);
        await client.query('COMMIT');
        return result;
      } catch (error) {
        await client.query('ROLLBACK').catch((lost: Error) => {
          broken = lost;
        });
        throw error;
      } finally {
        client.release(broken);
      }
    },
    async warmUp() {
      await prisma.job.findUnique({ where: { id: '' }, select: { id: true } });
    },
    async close() {
      await prisma.$disconnect();
      await pool.end();
    },
  };
}
