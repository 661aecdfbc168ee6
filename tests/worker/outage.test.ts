// A worker process, from a start without its database to its shutdown.

import { expect, test } from 'vitest';
import { openStore } from '#store/store.ts';
import { createJob } from '../support/jobs.ts';
import { quietLog } from '../support/log.ts';
import { freshDatabase } from '../support/postgres.ts';
import { openProxy } from '../support/proxy.ts';
import { freePort } from '../support/redis.ts';
import { until } from '../support/until.ts';
import { useWorkerProcess } from './worker-process.ts';

const { closing, startProcess } = useWorkerProcess();

test('a worker waits for its database, recovers from an outage, and fails /readyz before it stops', async () => {
  const database = await freshDatabase();
  const through = new URL(database);
  const port = await freePort();
  through.port = String(port);
  const { child, exited, output } = startProcess({
    DATABASE_URL: through.href,
    WORKER_PORT: '0',
    DRAIN_SECONDS: '1',
  });
  const url = await until(() => /probes at (http:\S+)/.exec(output())?.[1] ?? null);
  const ready = async () => {
    const reply = await fetch(`${url}/readyz`);
    return { status: reply.status, body: (await reply.json()) as { reason?: string } };
  };
  const becomes = (status: number) =>
    until(async () => ((await ready()).status === status ? true : null), 40_000);
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  expect(await ready()).toMatchObject({
    status: 503,
    body: { reason: 'waiting for the database and the queue' },
  });

  const postgres = Number(new URL(database).port);
  const first = await openProxy(postgres, port);
  closing.push(() => first.close().catch(() => {}));
  await becomes(200);
  await first.close();
  closing.pop();
  await until(() => (/could not reconcile/.test(output()) ? true : null), 40_000);
  expect((await fetch(`${url}/healthz`)).status).toBe(200);

  const second = await openProxy(postgres, port);
  closing.push(() => second.close());
  const store = await openStore({ databaseUrl: database, redisUrl: null, log: quietLog });
  closing.push(() => store.close());
  const job = await createJob(store);
  await store.queue.add(job);
  await until(async () => ((await store.jobs.get(job.id))?.attempt === 1 ? true : null), 40_000);

  child.kill('SIGTERM');
  await until(async () => ((await ready()).body.reason === 'the worker is shutting down' ? true : null));
  expect(await exited).toBe(0);
}, 120_000);
