// Databases for tests. One embedded Postgres serves a whole run (global-setup.ts starts it); every test file creates its own databases in
// it, copied from a template that already has the tables.

import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';

export const TEMPLATE = 'epochd_template';

declare module 'vitest' {
  interface ProvidedContext {
    /** The superuser's URL of the run's Postgres. */
    postgresUrl: string;
    hasRedis: boolean;
  }
}

export function withDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}

/** Runs one statement on its own connection. */
export async function runSql<Row extends pg.QueryResultRow>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** The URL of a new database with all tables, or with none if `{ empty: true }`. Dropped when the run ends. */
export async function freshDatabase({ empty = false } = {}): Promise<string> {
  const admin = inject('postgresUrl');
  const name = `test_${randomBytes(6).toString('hex')}`;
  await runSql(admin, `CREATE DATABASE ${name} TEMPLATE ${empty ? 'template0' : TEMPLATE}`);
  return withDatabase(admin, name);
}
