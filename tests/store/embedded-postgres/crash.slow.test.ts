// An embedded Postgres after a crash: adopted if it still runs, recovered if not, and a stale postmaster.pid is not trusted.

import { chown, cp, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { isAlive } from '#store/embedded-postgres/pid-file.ts';
import { runSql } from '../../support/postgres.ts';
import { dataDir, hold, kill9, postmasterPid, read, start, write } from './own-cluster.ts';

describe('after a kill -9', () => {
  test('of epochd, the server keeps running, and the next start adopts it with its data', async () => {
    const first = await hold();
    await write(first.url!);
    const pid = await postmasterPid();
    await kill9(first.child);
    expect(isAlive(pid!)).toBe(true);
    const second = await start();
    expect(second.adopted).toBe(true);
    expect(second.url).toBe(first.url);
    expect(await postmasterPid()).toBe(pid);
    expect(await read(second.url)).toBe(42);
    await second.stop();
    expect(isAlive(pid!)).toBe(false);
  });

  test('of epochd during a query, the next start does not wait for the query', async () => {
    const first = await hold();
    const client = new pg.Client({ connectionString: first.url! });
    client.on('error', () => {});
    await client.connect();
    const work = client.query('SELECT pg_sleep(600)').catch(() => {});
    await kill9(first.child);
    const second = await start();
    await second.stop();
    await work;
  });

  test('of epochd and the server, the next start cleans up and recovers', async () => {
    const first = await hold();
    await write(first.url!);
    const pid = await postmasterPid();
    await kill9(first.child);
    process.kill(pid!, 'SIGKILL');
    await expect.poll(() => isAlive(pid!)).toBe(false);
    const second = await start();
    expect(second.adopted).toBe(false);
    expect(await read(second.url)).toBe(42);
  });

  test('during the first start, the next start removes the unfinished cluster', async () => {
    const half = join(dataDir, 'postgres.new-999999', 'cluster');
    await mkdir(half, { recursive: true });
    await writeFile(join(half, 'PG_VERSION'), '18\n');
    await start();
    expect(await readdir(dataDir)).toEqual(['postgres']);
  });
});

describe('a stale postmaster.pid', () => {
  test.each([
    ['a dead process', () => 4_000_000],
    ['a process other than Postgres', () => process.pid],
    ['another Postgres', () => otherPostmaster],
  ])('that names %s is not believed', async (_whose, pid) => {
    const first = await start();
    await write(first.url);
    await first.stop();
    const other = `${dataDir}-copy`;
    await start(other);
    otherPostmaster = (await postmasterPid(other))!;
    const file = join(dataDir, 'postgres', 'cluster', 'postmaster.pid');
    await writeFile(
      file,
      `${pid()}\n${dataDir}/postgres/cluster\n1700000000\n5999\n\n127.0.0.1\n0 0\nready   \n`,
    );
    const { uid, gid } = await stat(join(dataDir, 'postgres', 'cluster'));
    await chown(file, uid, gid);
    const second = await start();
    expect(second.adopted).toBe(false);
    expect(await read(second.url)).toBe(42);
  });

  test('in a copy of a running cluster does not lead to the original', async () => {
    const original = await start();
    await write(original.url);
    const copy = `${dataDir}-copy`;
    await cp(dataDir, copy, { recursive: true, preserveTimestamps: true });
    await runSql(original.url, 'CHECKPOINT');
    await chownLike(join(dataDir, 'postgres'), join(copy, 'postgres'));
    const second = await start(copy);
    expect(second.adopted).toBe(false);
    expect(second.url).not.toBe(original.url);
    await runSql(second.url, 'UPDATE kept SET n = 1');
    expect(await read(original.url)).toBe(42);
  });
});

let otherPostmaster = 0;

/** Gives every file the owner of the original, as `cp -a` does. */
async function chownLike(from: string, to: string): Promise<void> {
  for (const name of ['', ...(await readdir(to, { recursive: true }))]) {
    const owner = await stat(join(from, name)).catch(() => null);
    if (owner === null) continue;
    await chown(join(to, name), owner.uid, owner.gid);
  }
}
