// Starting and stopping an embedded Postgres, by one or several processes on the same directory.

import { once } from 'node:events';
import { readdir, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { isAlive } from '#store/embedded-postgres/pid-file.ts';
import { openStore } from '#store/store.ts';
import { createJob } from '../../support/jobs.ts';
import { quietLog } from '../../support/log.ts';
import { runSql } from '../../support/postgres.ts';
import { dataDir, hold, postmasterPid, read, start, write } from './own-cluster.ts';

async function isListening(url: string): Promise<boolean> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  const [event] = await Promise.race([
    once(socket, 'connect').then(() => ['yes']),
    once(socket, 'error'),
  ]).catch(() => []);
  socket.destroy();
  return event === 'yes';
}

describe('an embedded Postgres', () => {
  test('is Postgres 18 or later in UTF-8 and the C collation, on loopback, with a password that only its owner can read', async () => {
    const { url, adopted } = await start();
    expect(adopted).toBe(false);
    const [row] = await runSql(
      url,
      `SELECT current_setting('server_version_num')::int >= 180000 AS is18, current_setting('server_encoding') AS encoding,
              current_setting('listen_addresses') AS addresses, datcollate AS collation, 'ü😀' AS text
       FROM pg_database WHERE datname = current_database()`,
    );
    expect(row).toEqual({
      is18: true,
      encoding: 'UTF8',
      addresses: '127.0.0.1',
      collation: 'C',
      text: 'ü😀',
    });
    const { hostname, password } = new URL(url);
    expect(hostname).toBe('127.0.0.1');
    expect(password.length).toBeGreaterThanOrEqual(32);
    expect((await stat(join(dataDir, 'postgres', 'password'))).mode & 0o777).toBe(0o600);
    expect((await stat(join(dataDir, 'postgres', 'cluster'))).mode & 0o777).toBe(0o700);
    await expect(runSql(url.replace(password, 'wrong'), 'SELECT 1')).rejects.toThrow(
      /password authentication/,
    );
    await expect(runSql(url.replace(`:${password}`, ''), 'SELECT 1')).rejects.toThrow();
  });

  test('keeps its data over a restart', async () => {
    const first = await start();
    await write(first.url);
    await first.stop();
    const second = await start();
    expect(second.adopted).toBe(false);
    expect(await read(second.url)).toBe(42);
  });

  test('stops without waiting for a query that runs, and leaves nothing running', async () => {
    const { url, stop } = await start();
    const pid = (await postmasterPid())!;
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => {});
    await client.connect();
    const work = client.query('SELECT pg_sleep(600)').catch((error: Error) => error.message);
    await stop();
    expect(await work).toMatch(/terminating connection|Connection terminated/);
    expect(isAlive(pid)).toBe(false);
    expect(await isListening(url)).toBe(false);
    expect(await postmasterPid()).toBeNull();
    expect((await readdir(dataDir)).sort()).toEqual(['postgres']);
  });

  test('refuses a cluster of another major version, and says what to do', async () => {
    await (await start()).stop();
    await writeFile(join(dataDir, 'postgres', 'cluster', 'PG_VERSION'), '17\n');
    await expect(start()).rejects.toThrow(/was created by Postgres 17[^\n]*set DATA_DIR[^\n]*\n.*pg_dump/);
  });

  test('reports the server’s log if it does not start', async () => {
    await (await start()).stop();
    await writeFile(join(dataDir, 'postgres', 'cluster', 'postgresql.conf'), 'max_connections = many\n');
    await expect(start()).rejects.toThrow(/did not start. Its log says:[\s\S]*max_connections/);
  });
});

describe('a second epochd on the same directory', () => {
  test('is refused with the pid of the first, and does the first no harm', async () => {
    const first = await hold();
    await write(first.url!);
    await expect(start()).rejects.toThrow(
      new RegExp(`${dataDir} is in use by another epochd \\(pid ${first.child.pid} on .+set DATA_DIR`),
    );
    const third = await hold();
    expect(third.error).toMatch(/in use by another epochd/);
    expect(await read(first.url!)).toBe(42);
    first.child.stdin?.write('stop\n');
    await once(first.child, 'exit');
    const next = await start();
    expect(await read(next.url)).toBe(42);
  });

  test('is refused even if both start at the same moment', async () => {
    const all = await Promise.all([hold(), hold(), hold()]);
    const winners = all.filter((held) => held.error === undefined);
    expect(winners).toHaveLength(1);
    for (const held of all) {
      if (held.error !== undefined) expect(held.error).toMatch(/in use by another epochd/);
    }
    await write(winners[0]!.url!);
    expect((await readdir(dataDir)).sort()).toEqual(['postgres']);
  });

  test('is still refused after a crash inside the server, which the first survives', async () => {
    const first = await start();
    const store = await openStore({ databaseUrl: first.url, redisUrl: null, log: quietLog });
    const heard: string[] = [];
    const worker = await store.queue.work(async (id) => void heard.push(id), { concurrency: 1 });
    const job = await createJob(store);
    let notifications = 0;
    await store.events.subscribe(job.id, () => notifications++);

    const [backend] = await runSql<{ pid: number }>(first.url, 'SELECT pg_backend_pid() AS pid');
    expect(backend!.pid).toBeGreaterThan(0);
    const victims = await runSql<{ pid: number }>(
      first.url,
      `SELECT pid FROM pg_stat_activity WHERE application_name = 'epochd notifications'`,
    );
    process.kill(victims[0]!.pid, 'SIGKILL');

    await expect
      .poll(
        () =>
          store.ping().then(
            () => true,
            () => false,
          ),
        { timeout: 20_000 },
      )
      .toBe(true);
    await expect
      .poll(
        () =>
          store.queue.add(job).then(
            () => heard.includes(job.id),
            () => false,
          ),
        { timeout: 20_000 },
      )
      .toBe(true);
    notifications = 0;
    await store.jobs.requestCancel(job.id);
    await expect.poll(() => notifications, { timeout: 10_000 }).toBeGreaterThan(0);
    await expect
      .poll(async () => (await hold()).error, { timeout: 20_000 })
      .toMatch(/in use by another epochd/);
    await worker.close();
    await store.close();
  });
});
