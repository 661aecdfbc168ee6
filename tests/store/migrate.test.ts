import { createHash } from 'node:crypto';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { type Migration, migrate, readMigrations } from '#store/migrate.ts';
import { quietLog, rememberingLog } from '../support/log.ts';
import { freshDatabase, runSql } from '../support/postgres.ts';

function migration(name: string, sql: string): Migration {
  return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
}
const one = migration('20260101000000_one', 'CREATE TABLE one (n int)');
const two = migration('20260102000000_two', 'CREATE TABLE two (n int); INSERT INTO two VALUES (1)');

async function run(url: string, migrations: Migration[], log = quietLog): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await migrate(client, log, migrations);
  } finally {
    await client.end();
  }
}

const tables = (url: string) =>
  runSql<{ name: string }>(
    url,
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1`,
  ).then((rows) => rows.map((row) => row.name));

describe('migrations', () => {
  test('are applied in order, once, and recorded as Prisma does', async () => {
    const url = await freshDatabase({ empty: true });
    await run(url, [one]);
    await run(url, [one, two]);
    await run(url, [one, two]);
    expect(await tables(url)).toEqual(['_prisma_migrations', 'one', 'two']);
    expect(await runSql(url, 'SELECT n FROM two')).toEqual([{ n: 1 }]);
    const books = await runSql(
      url,
      `SELECT migration_name, checksum, applied_steps_count, finished_at IS NOT NULL AS finished, rolled_back_at, logs
       FROM _prisma_migrations ORDER BY started_at`,
    );
    expect(books).toEqual(
      [one, two].map(({ name, checksum }) => ({
        migration_name: name,
        checksum,
        applied_steps_count: 1,
        finished: true,
        rolled_back_at: null,
        logs: null,
      })),
    );
  });

  test('are applied by one of several concurrent starts', async () => {
    const url = await freshDatabase({ empty: true });
    await Promise.all(Array.from({ length: 5 }, () => run(url, [one, two])));
    expect(await runSql(url, 'SELECT count(*)::int AS n FROM two')).toEqual([{ n: 1 }]);
  });

  test('that fail are rolled back, and earlier ones stay', async () => {
    const url = await freshDatabase({ empty: true });
    const broken = migration('20260103000000_broken', 'CREATE TABLE half (n int); SELECT 1 / 0');
    await expect(run(url, [one, broken])).rejects.toThrow(/20260103000000_broken failed and was rolled back/);
    expect(await tables(url)).toEqual(['_prisma_migrations', 'one']);
    await run(url, [one, two]);
    expect(await tables(url)).toEqual(['_prisma_migrations', 'one', 'two']);
  });

  test('changed after they were applied are an error that says what to do', async () => {
    const url = await freshDatabase({ empty: true });
    await run(url, [one]);
    const changed = migration(one.name, `${one.sql} -- changed`);
    await expect(run(url, [changed, two])).rejects.toThrow(
      /one was changed after it was applied.*restore the file/,
    );
    expect(await tables(url)).toEqual(['_prisma_migrations', 'one']);
  });

  test('begun elsewhere and not finished are an error', async () => {
    const url = await freshDatabase({ empty: true });
    await run(url, [one]);
    await runSql(url, 'UPDATE _prisma_migrations SET finished_at = NULL');
    await expect(run(url, [one])).rejects.toThrow(/started but not finished/);
  });

  test('known only to the database are logged: a newer version was here', async () => {
    const url = await freshDatabase({ empty: true });
    await run(url, [one, two]);
    const log = rememberingLog();
    await run(url, [one], log);
    expect(log.lines).toEqual([
      {
        level: 'warn',
        fields: { migration: two.name },
        message: expect.stringContaining('this version does not'),
      },
    ]);
  });
});

test("the repository's migrations have names that begin with a timestamp", async () => {
  const migrations = await readMigrations();
  expect(migrations.length).toBeGreaterThan(0);
  for (const { name } of migrations) expect(name).toMatch(/^\d{14}_[a-z0-9_]+$/);
});
