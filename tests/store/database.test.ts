import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { openDatabase } from '#store/database.ts';
import { openNotificationReceiver } from '#store/events/notification-receiver.ts';
import { isOutage } from '#store/outage.ts';
import { openStore } from '#store/store.ts';
import { bytesOf, createJob } from '../support/jobs.ts';
import { quietLog, rememberingLog } from '../support/log.ts';
import { freshDatabase, runSql } from '../support/postgres.ts';
import { openProxy, type TcpProxy } from '../support/proxy.ts';
import { freePort } from '../support/redis.ts';
import { until } from '../support/until.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A proxy to the Postgres of `url`, closed after the test. */
async function proxy(url: string, port?: number): Promise<TcpProxy> {
  const opened = await openProxy(Number(new URL(url).port), port);
  closing.push(() => opened.close());
  return opened;
}

const CHANNEL = 'epochd_jobs';

describe('a database', () => {
  test('that starts late is waited for, with one log line', async () => {
    const url = await freshDatabase();
    const late = new URL(url);
    late.port = String(await freePort());
    const log = rememberingLog();
    const opening = openDatabase({ url: late.href, log, patienceMs: 10_000 });
    await new Promise((resolve) => setTimeout(resolve, 700));
    await proxy(url, Number(late.port));
    const database = await opening;
    closing.push(() => database.close());
    expect(log.lines.filter((line) => line.message === 'waiting for Postgres')).toHaveLength(1);
  });

  test('that never starts is given up on', async () => {
    const url = `postgres://nobody@127.0.0.1:${await freePort()}/none`;
    await expect(openDatabase({ url, log: quietLog, patienceMs: 300 })).rejects.toThrow(
      /cannot connect to Postgres/,
    );
  });

  test('that does not exist is reported at once', async () => {
    const url = (await freshDatabase()).replace(/[^/]+$/, 'no_such_database');
    await expect(openDatabase({ url, log: quietLog, patienceMs: 600_000 })).rejects.toThrow(
      /no_such_database/,
    );
  });

  test('may have its tables in a schema other than public, owned by an ordinary role, with the queue', async () => {
    const admin = await freshDatabase({ empty: true });
    const database = new URL(admin).pathname.slice(1);
    const role = `role_${database}`;
    await runSql(
      admin,
      `CREATE ROLE ${role} LOGIN PASSWORD 'x'; CREATE SCHEMA own AUTHORIZATION ${role};
       GRANT CREATE ON DATABASE ${database} TO ${role}`,
    );
    const url = new URL(admin);
    url.username = role;
    url.password = 'x';
    url.searchParams.set('options', '-c search_path=own');
    const store = await openStore({ databaseUrl: url.href, redisUrl: null, log: quietLog });
    closing.push(() => store.close());
    const heard: string[] = [];
    const worker = await store.queue.work(async (id) => void heard.push(id), { concurrency: 1 });
    closing.push(() => worker.close());

    const job = await createJob(store);
    expect(await store.jobs.get(job.id)).toEqual(job);
    expect((await store.jobs.list({ limit: 5 })).items).toEqual([job]);
    const dataset = await store.datasets.get(job.spec.dataset);
    expect((await bytesOf(store, dataset!.artifact)).toString()).toBe('the table');
    await store.queue.add(job);
    await expect.poll(() => heard).toEqual([job.id]);
    const tables = await runSql(
      admin,
      `SELECT DISTINCT table_schema AS schema FROM information_schema.tables WHERE table_name IN ('job', 'dataset')
       ORDER BY 1`,
    );
    expect(tables).toEqual([{ schema: 'epochd_queue' }, { schema: 'own' }]);
  });
});

describe('a database that does not respond', () => {
  /** The port of a server that accepts connections and never responds. */
  async function silence(): Promise<number> {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => void sockets.add(socket));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closing.push(async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    return (server.address() as { port: number }).port;
  }

  test('is an outage after the timeout, for a statement, a transaction, and a wait for a connection', async () => {
    const database = await openDatabase({
      url: await freshDatabase(),
      log: quietLog,
      patienceMs: 1000,
      queryMs: { requests: 300, leases: 2_000, bulk: 300 },
      connections: { requests: 1, leases: 1, bulk: 1 },
    });
    closing.push(() => database.close());
    const hangs = 'SELECT pg_sleep(3)';
    const errors = await Promise.all([
      database.pool.query(hangs).catch((error: unknown) => error),
      database.pool.query(hangs).catch((error: unknown) => error),
      database.bulk.transaction((client) => client.query(hangs)).catch((error: unknown) => error),
      // Other pools are not blocked.
      database.leases.pool.query('SELECT 1').catch((error: unknown) => error),
    ]);
    expect(errors.map(isOutage)).toEqual([true, true, true, false]);
    // The hanging connections were discarded, so new ones work.
    const { rows } = await database.bulk.transaction((client) => client.query('SELECT 1 AS one'));
    expect(rows).toEqual([{ one: 1 }]);
  });

  test('is given up on while connecting, too', async () => {
    const url = `postgres://nobody@127.0.0.1:${await silence()}/none`;
    await expect(openDatabase({ url, log: quietLog, patienceMs: 0, connectMs: 300 })).rejects.toThrow(
      /cannot connect to Postgres/,
    );
  });

  test('counts as an outage for plain SQL and Prisma when it terminates connections, and then works again', async () => {
    const url = await freshDatabase();
    const database = await openDatabase({ url, log: quietLog, patienceMs: 1000 });
    closing.push(() => database.close());
    const asked = [
      database.pool.query('SELECT 1 FROM pg_sleep(20)').catch((error: unknown) => error),
      database.prisma.$queryRawUnsafe('SELECT 1 FROM pg_sleep(20)').catch((error: unknown) => error),
    ];
    const ours = 'datname = current_database() AND pid <> pg_backend_pid()';
    const asking = `SELECT pid FROM pg_stat_activity WHERE state = 'active' AND ${ours}`;
    await expect.poll(() => runSql(url, asking)).toHaveLength(2);
    await runSql(url, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${ours}`);
    expect((await Promise.all(asked)).map(isOutage)).toEqual([true, true]);
    expect((await database.pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });
});

test('a listening connection that was silently cut is replaced', async () => {
  const url = await freshDatabase();
  const between = await proxy(url);
  const through = new URL(url);
  through.port = String(between.port);
  const database = await openDatabase({ url, log: quietLog, patienceMs: 1000 });
  closing.push(() => database.close());
  const listening = { ...database, url: through.href };
  const kind = { channel: CHANNEL, state: 'last_seq::text' };
  const receiver = openNotificationReceiver(listening, kind, { compareMs: 50, answerMs: 1_000 });
  closing.push(() => receiver.close());
  let woken = 0;
  await receiver.subscribe('job_1', () => {
    woken += 1;
  });
  expect(between.made).toBe(1);
  between.freeze();
  await until(() => (between.made > 1 ? true : null));
  await until(async () => {
    const before = woken;
    await runSql(url, `SELECT pg_notify('${CHANNEL}', 'job_1')`);
    await new Promise((resolve) => setTimeout(resolve, 20));
    return woken > before ? true : null;
  });
});

describe('a transaction', () => {
  test('that throws leaves nothing behind, and its connection can be reused', async () => {
    const url = await freshDatabase();
    const database = await openDatabase({ url, log: quietLog, patienceMs: 1000 });
    closing.push(() => database.close());
    for (let i = 0; i < 20; i++) {
      const failing = database.transaction(async (client) => {
        await client.query(`INSERT INTO artifact (id, bytes, sha256) VALUES ('a', 0, '')`);
        throw new Error('changed my mind');
      });
      await expect(failing).rejects.toThrow('changed my mind');
    }
    expect(await runSql(url, 'SELECT count(*)::int AS n FROM artifact')).toEqual([{ n: 0 }]);
  });
});
