import { expect, test } from 'vitest';
import { openStore } from '#store/store.ts';
import { createJob } from '../support/jobs.ts';
import { quietLog } from '../support/log.ts';
import { freshDatabase, runSql } from '../support/postgres.ts';
import { freePort } from '../support/redis.ts';

test('a store opens on an empty database, creates its tables, and finds them again', async () => {
  const databaseUrl = await freshDatabase({ empty: true });
  const first = await openStore({ databaseUrl, redisUrl: null, log: quietLog });
  const job = await createJob(first);
  await first.close();
  const second = await openStore({ databaseUrl, redisUrl: null, log: quietLog });
  expect(await second.jobs.get(job.id)).toEqual(job);
  await second.close();
});

test('stores can open concurrently on an empty database', async () => {
  const databaseUrl = await freshDatabase({ empty: true });
  const stores = await Promise.all(
    [1, 2, 3].map(() => openStore({ databaseUrl, redisUrl: null, log: quietLog })),
  );
  await Promise.all(stores.map((store) => store.ping()));
  await Promise.all(stores.map((store) => store.close()));
});

test('close leaves no connection open, whatever was in use', async () => {
  const databaseUrl = await freshDatabase();
  const store = await openStore({ databaseUrl, redisUrl: null, log: quietLog });
  const job = await createJob(store);
  await store.events.subscribe(job.id, () => {});
  const worker = await store.queue.work(async () => {}, { concurrency: 2 });
  await store.queue.add(job);
  await worker.close();
  await store.close();
  // The server ends a session shortly after its socket is closed.
  await expect.poll(() => connections(databaseUrl), { timeout: 10_000 }).toBe(0);
});

test('ping throws when the database is gone', async () => {
  const databaseUrl = await freshDatabase();
  const store = await openStore({ databaseUrl, redisUrl: null, log: quietLog });
  await runSql(
    databaseUrl.replace(/[^/]+$/, 'postgres'),
    `ALTER DATABASE ${name(databaseUrl)} ALLOW_CONNECTIONS false`,
  );
  await runSql(
    databaseUrl.replace(/[^/]+$/, 'postgres'),
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name(databaseUrl)}'`,
  );
  await expect(store.ping()).rejects.toThrow();
  await store.close();
});

test('a wrong password is reported at once, without the password', async () => {
  const databaseUrl = (await freshDatabase()).replace(/:[^:@]+@/, ':wrong-secret@');
  const failure = openStore({ databaseUrl, redisUrl: null, log: quietLog });
  await expect(failure).rejects.toThrow(/cannot connect to Postgres: password authentication failed/);
  await expect(failure).rejects.not.toThrow(/wrong-secret/);
});

test('an unreachable Redis fails the start and closes the database again', async () => {
  const databaseUrl = await freshDatabase();
  const redisUrl = `redis://127.0.0.1:${await freePort()}`;
  const failure = openStore({ databaseUrl, redisUrl, log: quietLog, patienceMs: 300 });
  await expect(failure).rejects.toThrow(/cannot connect to Redis/);
  // The server ends a session shortly after its socket is closed.
  await expect.poll(() => connections(databaseUrl), { timeout: 10_000 }).toBe(0);
});

async function connections(databaseUrl: string): Promise<number | undefined> {
  const rows = await runSql<{ count: number }>(
    databaseUrl,
    `SELECT count(*)::int AS count FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid()`,
  );
  return rows[0]?.count;
}

function name(url: string): string {
  return new URL(url).pathname.slice(1);
}
