import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { chmod, chown, cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '#store/embedded-postgres/embedded-postgres.ts';
import { isAlive } from '#store/embedded-postgres/pid-file.ts';
import { openStore } from '#store/store.ts';
import { createJob } from '../../support/jobs.ts';
import { quietLog } from '../../support/log.ts';
import { runSql } from '../../support/postgres.ts';

// Real servers are made and killed here, some of them several at once.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const isRoot = process.geteuid?.() === 0;
const HOLDER = join(import.meta.dirname, '../../support', 'embedded-holder.ts');

let dataDir = '';
const running: EmbeddedPostgres[] = [];
const children: ChildProcess[] = [];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'epochd-embedded-'));
});

afterEach(async () => {
  for (const postgres of running.splice(0)) await postgres.stop().catch(() => {});
  for (const child of children.splice(0)) child.kill('SIGKILL');
  // Whatever a killed process of this test left running.
  for (const dir of [dataDir, `${dataDir}-copy`]) {
    const pid = await postmasterPid(dir);
    if (pid !== null && isAlive(pid)) {
      process.kill(pid, 'SIGQUIT');
      await expect.poll(() => isAlive(pid)).toBe(false);
    }
    await rm(dir, { recursive: true, force: true });
  }
});

async function start(dir = dataDir): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres({ dataDir: dir, log: quietLog, settings: { fsync: 'off' } });
  running.push(postgres);
  return postgres;
}

interface Held {
  child: ChildProcess;
  url?: string;
  adopted?: boolean;
  uid?: number;
  error?: string;
}

/** Whether a user who is nobody can reach this checkout: not where it lies in root's home. */
const othersMayRead = ((): boolean => {
  for (let dir = process.cwd(); dir !== '/'; dir = dirname(dir))
    if ((statSync(dir).mode & 0o5) !== 0o5) return false;
  return true;
})();
if (!othersMayRead) console.warn('SKIP  this checkout is private: no ordinary user can run it from here');

/** Another process that starts on the same directory. */
async function hold(...extra: string[]): Promise<Held> {
  const child = spawn(process.execPath, [HOLDER, dataDir, ...extra], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  const [line] = (await once(child.stdout!, 'data')) as [Buffer];
  return { child, ...(JSON.parse(line.toString()) as object) };
}

async function kill9(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

async function postmasterPid(dir = dataDir): Promise<number | null> {
  const file = join(dir, 'postgres', 'cluster', 'postmaster.pid');
  const text = await readFile(file, 'utf8').catch(() => null);
  return text === null ? null : Number(text.split('\n')[0]);
}

async function isListening(url: string): Promise<boolean> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  const [event] = await Promise.race([
    once(socket, 'connect').then(() => ['yes']),
    once(socket, 'error'),
  ]).catch(() => []);
  socket.destroy();
  return event === 'yes';
}

const write = (url: string) => runSql(url, 'CREATE TABLE kept AS SELECT 42 AS n');
const read = (url: string) => runSql<{ n: number }>(url, 'SELECT n FROM kept').then((rows) => rows[0]?.n);

describe('an embedded Postgres', () => {
  test('is a real Postgres in UTF-8 and C, on loopback, behind a password that only its owner can read', async () => {
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

  test('keeps its data over a restart, and a second start is quick', async () => {
    const first = await start();
    await write(first.url);
    await first.stop();
    const second = await start();
    expect(second.adopted).toBe(false);
    expect(await read(second.url)).toBe(42);
  });

  test('stops within four seconds and leaves nothing, even with a client that is at work', async () => {
    const { url, stop } = await start();
    const pid = (await postmasterPid())!;
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => {});
    await client.connect();
    const work = client.query('SELECT pg_sleep(60)').catch((error: Error) => error.message);
    const begun = performance.now();
    await stop();
    expect(performance.now() - begun).toBeLessThan(4000);
    expect(await work).toMatch(/terminating connection|Connection terminated/);
    expect(isAlive(pid)).toBe(false);
    expect(await isListening(url)).toBe(false);
    expect(await postmasterPid()).toBeNull();
    expect((await readdir(dataDir)).sort()).toEqual(['postgres']);
  });

  test('refuses a cluster of another major version, and says what to do', async () => {
    await (await start()).stop();
    await writeFile(join(dataDir, 'postgres', 'cluster', 'PG_VERSION'), '17\n');
    await expect(start()).rejects.toThrow(/was made by Postgres 17[^\n]*set DATA_DIR[^\n]*\n.*pg_dump/);
  });

  test('says what the server said where it does not come up', async () => {
    await (await start()).stop();
    await writeFile(join(dataDir, 'postgres', 'cluster', 'postgresql.conf'), 'max_connections = many\n');
    await expect(start()).rejects.toThrow(/did not start. Its log says:[\s\S]*max_connections/);
  });
});

describe('a second epochd on the same directory', () => {
  test('is refused, told who the first one is, and does the first one no harm', async () => {
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

  test('that starts at the very same moment: one of them gets it, the others are refused', async () => {
    const all = await Promise.all([hold(), hold(), hold()]);
    const winners = all.filter((held) => held.error === undefined);
    expect(winners).toHaveLength(1);
    for (const held of all) {
      if (held.error !== undefined) expect(held.error).toMatch(/in use by another epochd/);
    }
    await write(winners[0]!.url!);
    expect((await readdir(dataDir)).sort()).toEqual(['postgres']);
  });

  test('is still refused after a crash inside the server, which its owner survives', async () => {
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

describe('after a kill -9', () => {
  test('of us, the server goes on, and the next start adopts it with everything in it', async () => {
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

  test('of us while a client of ours was at work, the next start does not wait for that work', async () => {
    const first = await hold();
    const client = new pg.Client({ connectionString: first.url! });
    client.on('error', () => {});
    await client.connect();
    const work = client.query('SELECT pg_sleep(60)').catch(() => {});
    await kill9(first.child);
    const begun = performance.now();
    const second = await start();
    expect(performance.now() - begun).toBeLessThan(3000);
    await second.stop();
    await work;
  });

  test('of us and of the server, the next start cleans up and recovers', async () => {
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

  test('in the middle of the first start, nothing half-made is in the way', async () => {
    const half = join(dataDir, 'postgres.new-999999', 'cluster');
    await mkdir(half, { recursive: true });
    await writeFile(join(half, 'PG_VERSION'), '18\n');
    await start();
    expect(await readdir(dataDir)).toEqual(['postgres']);
  });
});

describe('a postmaster.pid that is left over', () => {
  test.each([
    ['a process that is gone', () => 4_000_000],
    ['a process that is no Postgres', () => process.pid],
    ['another Postgres', () => otherPostmaster],
  ])('and names %s is not believed', async (_whose, pid) => {
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

/** As `cp -a` would: every file belongs to whom the original belongs to. */
async function chownLike(from: string, to: string): Promise<void> {
  for (const name of ['', ...(await readdir(to, { recursive: true }))]) {
    const owner = await stat(join(from, name)).catch(() => null);
    if (owner === null) continue;
    await chown(join(to, name), owner.uid, owner.gid);
  }
}

describe.runIf(isRoot)('for root', () => {
  test('runs as another user, who owns the cluster and nothing above it', async () => {
    const { url } = await start();
    const pid = await postmasterPid();
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    const uid = Number(/^Uid:\s+(\d+)/m.exec(status)?.[1]);
    expect(uid).not.toBe(0);
    expect((await stat(join(dataDir, 'postgres', 'cluster'))).uid).toBe(uid);
    expect((await stat(join(dataDir, 'postgres'))).uid).toBe(0);
    await write(url);
  });

  test('works in a directory where that user cannot walk, over a kill -9, too', async () => {
    const hidden = dataDir;
    await chmod(hidden, 0o700);
    dataDir = join(hidden, 'below', '.data');
    await mkdir(join(hidden, 'below'), { mode: 0o700 });
    try {
      const first = await hold();
      expect(first.error).toBeUndefined();
      await write(first.url!);
      await kill9(first.child);
      const second = await start();
      expect(second.adopted).toBe(true);
      await second.stop();
      const third = await start();
      expect(await read(third.url)).toBe(42);
      await third.stop();
    } finally {
      dataDir = hidden;
    }
  });

  test.skipIf(!othersMayRead)('an ordinary user runs it directly, as who they are', async () => {
    const { uid, gid } = { uid: 65534, gid: 65534 };
    await chown(dataDir, uid, gid);
    const first = await hold(String(uid), String(gid));
    expect(first).toMatchObject({ uid, adopted: false });
    await write(first.url!);
    expect((await stat(join(dataDir, 'postgres', 'cluster'))).uid).toBe(uid);
    const pid = await postmasterPid();
    await kill9(first.child);
    const second = await hold(String(uid), String(gid));
    expect(second).toMatchObject({ uid, adopted: true });
    expect(await read(second.url!)).toBe(42);
    second.child.stdin?.write('stop\n');
    await once(second.child, 'exit');
    expect(isAlive(pid!)).toBe(false);
    // Root goes on with it as that user.
    const third = await start();
    expect(await read(third.url)).toBe(42);
    expect((await stat(join(dataDir, 'postgres', 'cluster'))).uid).toBe(uid);
  });
});
