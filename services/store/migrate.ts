// Applies the migrations without Prisma's engine and without network access. It keeps the same records as `prisma migrate`
// (`_prisma_migrations`, the same lock and checksums), so that either can continue where the other stopped.

import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type pg from 'pg';
import type { StoreLog } from './interface.ts';

const DIRECTORY = join(import.meta.dirname, '..', '..', 'prisma', 'migrations');
/** The same advisory lock that Prisma takes. */
const LOCK = 72707369;

const BOOKS = `
  CREATE TABLE IF NOT EXISTS _prisma_migrations (
    id                  VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum            VARCHAR(64) NOT NULL,
    finished_at         TIMESTAMPTZ,
    migration_name      VARCHAR(255) NOT NULL,
    logs                TEXT,
    rolled_back_at      TIMESTAMPTZ,
    started_at          TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count INTEGER NOT NULL DEFAULT 0
  )`;

export interface Migration {
  name: string;
  sql: string;
  checksum: string;
}

/** The migrations sorted by name, which starts with a timestamp. */
export async function readMigrations(directory = DIRECTORY): Promise<Migration[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => {
      const sql = await readFile(join(directory, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

interface Booked {
  name: string;
  checksum: string;
  finished: boolean;
}

async function apply(client: pg.ClientBase, { name, sql, checksum }: Migration): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(sql);
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, applied_steps_count)
       VALUES ($1, $2, now(), $3, 1)`,
      [randomUUID(), checksum, name],
    );
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw new Error(`migration ${name} failed and was rolled back`, { cause: error });
  }
}

/** Applies pending migrations, under a lock. Throws if the database's history differs from these files. */
export async function migrate(client: pg.ClientBase, log: StoreLog, migrations?: Migration[]): Promise<void> {
  const known = migrations ?? (await readMigrations());
  await client.query('SELECT pg_advisory_lock($1)', [LOCK]);
  try {
    await client.query(BOOKS);
    const { rows } = await client.query<Booked>(
      `SELECT migration_name AS name, checksum, finished_at IS NOT NULL AS finished
       FROM _prisma_migrations WHERE rolled_back_at IS NULL ORDER BY started_at`,
    );
    const booked = new Map(rows.map((row) => [row.name, row]));
    for (const migration of known) {
      const past = booked.get(migration.name);
      booked.delete(migration.name);
      if (past === undefined) {
        await apply(client, migration);
        log.info({ migration: migration.name }, 'applied a migration');
      } else if (!past.finished) {
        throw new Error(
          `migration ${migration.name} was started but not finished: repair the database by hand`,
        );
      } else if (past.checksum !== migration.checksum) {
        throw new Error(
          `migration ${migration.name} was changed after it was applied to this database: ` +
            'restore the file, and put new changes into a new migration',
        );
      }
    }
    for (const name of booked.keys()) {
      log.warn({ migration: name }, 'the database has a migration that this version does not know');
    }
  } finally {
    await client.query('SELECT pg_advisory_unlock($1)', [LOCK]);
  }
}
