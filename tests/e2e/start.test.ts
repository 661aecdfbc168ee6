// Starting and stopping `npm start`: its messages, what it refuses, and what remains afterwards, which is only the data.

import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { freshDatabase } from '../support/postgres.ts';
import { freePort, startRedis } from '../support/redis.ts';
import { until } from '../support/until.ts';
import { begun, ended, jobRequest, uploadPoints } from './requests.ts';
import { descendants, isRunning, launch, postmasterOf, startService, trainersOf } from './service.ts';

let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'epochd-e2e-'));
});
afterAll(async () => {
  await rm(dataDir, { recursive: true, force: true });
});

describe('npm start', () => {
  test('keeps jobs across a restart; Ctrl-C ends all of its processes within 5 seconds', async () => {
    const command: [string, ...string[]] = ['npm', 'start'];
    const first = await startService({ dataDir, command });
    expect(first.output()).toContain(dataDir);
    const dataset = await uploadPoints(first.client);
    const finished = await first.client.jobs.create(jobRequest(dataset, 2));
    await ended(first.client, finished);
    const running = await first.client.jobs.create(jobRequest(dataset, 1_000_000));
    await begun(first.client, running);
    const processes = [...descendants(first.pid).map(({ pid }) => pid), postmasterOf(dataDir) as number];

    // A terminal's Ctrl-C reaches the whole group, and npm forwards it once more.
    process.kill(-first.pid, 'SIGINT');
    await until(() => (processes.some(isRunning) ? null : true));

    await using second = await startService({ dataDir, command });
    expect(await second.client.jobs.get(finished.id)).toMatchObject({ status: 'succeeded' });
    // The running job was released, so it restarts without waiting for its lease to expire.
    await until(async () => ((await second.client.jobs.get(running.id)).attempt === 2 ? true : null));
    await fetch(`${second.url}/jobs/${running.id}/cancel`, { method: 'POST' });
    await ended(second.client, running);
    process.kill(-second.pid, 'SIGINT');
  });

  test('names the port that is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as { port: number };
    const { output, exited } = launch({
      command: [process.execPath, 'services/start.ts'],
      env: { PORT: String(port), DATA_DIR: dataDir, LOG_LEVEL: 'warn' },
    });
    expect(await exited).toBe(1);
    expect(output()).toBe(
      `Port ${port} of 127.0.0.1 is in use. Set PORT to another one (PORT=0 picks a free one).\n`,
    );
    expect(postmasterOf(dataDir)).toBeNull();
    await new Promise((resolve) => other.close(resolve));
  });

  test('names invalid variables before starting anything', async () => {
    const { output, exited } = launch({
      command: [process.execPath, 'services/start.ts'],
      env: { PORT: 'http', HOST: '0.0.0.0', DATA_DIR: dataDir },
    });
    expect(await exited).toBe(1);
    expect(output()).toMatch(/PORT: .*\n.*EPOCHD_API_KEY: must be set, because HOST=0.0.0.0/);
  });

  test('refuses a data directory in use by another process, and does not disturb it', async () => {
    await using first = await startService({ dataDir });
    const { output, exited } = launch({
      command: [process.execPath, 'services/start.ts'],
      env: { PORT: '0', DATA_DIR: dataDir, LOG_LEVEL: 'warn' },
    });
    expect(await exited).toBe(1);
    expect(output()).toMatch(
      /^.* is in use by another epochd \(pid \d+ on .*\): stop it, or set DATA_DIR .*\n$/,
    );
    expect(output()).toContain(dataDir);
    expect((await fetch(`${first.url}/readyz`)).status).toBe(200);
  });

  test('requires the key if one is set', async () => {
    const key = 'a-key-of-at-least-16';
    await using service = await startService({
      dataDir,
      env: { EPOCHD_API_KEY: key, NODE_ENV: 'production' },
    });
    expect((await fetch(`${service.url}/jobs`)).status).toBe(401);
    const reply = await fetch(`${service.url}/jobs`, { headers: { authorization: `Bearer ${key}` } });
    expect(reply.status).toBe(200);
  });
});

describe('npm run api and npm run worker', () => {
  const parts = ['services/start-api.ts', 'services/start-worker.ts'];

  test.each(parts)('%s requires a DATABASE_URL', async (part) => {
    const { output, exited } = launch({ command: [process.execPath, part] });
    expect(await exited).toBe(1);
    expect(output()).toContain('DATABASE_URL: must be set');
  });

  test.each(parts)('%s exits cleanly if stopped while waiting for the database', async (part) => {
    // Accepts connections and never answers.
    const database = createServer().listen(0, '127.0.0.1');
    const asked = new Promise<{ destroy(): void }>((resolve) => database.once('connection', resolve));
    await new Promise((resolve) => database.once('listening', resolve));
    const { port } = database.address() as { port: number };
    const { child, output, exited } = launch({
      command: [process.execPath, part],
      env: { DATABASE_URL: `postgres://nobody@127.0.0.1:${port}/none`, LOG_LEVEL: 'warn' },
    });
    const socket = await asked;
    child.kill('SIGTERM');
    expect(await exited).toBe(0);
    expect(output()).toBe('');
    socket.destroy();
    database.close();
  });

  test.each(parts)('%s exits cleanly if stopped while waiting for Redis', async (part) => {
    const env = { DATABASE_URL: await freshDatabase(), REDIS_URL: `redis://127.0.0.1:${await freePort()}` };
    const { child, output, exited } = launch({ command: [process.execPath, part], env });
    await until(() => (/waiting for Redis/.test(output()) ? true : null));
    child.kill('SIGTERM');
    expect(await exited).toBe(0);
  });

  const queues = ['Postgres', ...(inject('hasRedis') ? ['Redis'] : [])]; // global-setup.ts tells of what is left out
  test.each(queues)('work together through the database and the queue, on %s', async (queue) => {
    const redis = queue === 'Redis' ? await startRedis() : null;
    const env: Record<string, string> = { DATABASE_URL: await freshDatabase() };
    if (redis !== null) env.REDIS_URL = redis.url;
    try {
      await using api = await startService({ env, command: [process.execPath, 'services/start-api.ts'] });
      const dataset = await uploadPoints(api.client);
      const waiting = await api.client.jobs.create(jobRequest(dataset, 2));
      await sleep(300);
      expect(await api.client.jobs.get(waiting.id)).toMatchObject({ status: 'queued' });
      expect(trainersOf(api.pid)).toEqual([]);

      const worker = launch({ env, command: [process.execPath, 'services/start-worker.ts'] });
      expect(await ended(api.client, waiting)).toMatchObject({ status: 'succeeded' });
      worker.child.kill('SIGTERM');
      expect(await worker.exited).toBe(0);
    } finally {
      await redis?.stop();
    }
  });
});
