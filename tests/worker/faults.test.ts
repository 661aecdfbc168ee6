// Which faults cost a job one of its attempts: real workers, trainers and training, interrupted by faults.

import { expect, test } from 'vitest';
import { openStore } from '#store/store.ts';
import { buildApp } from '../../services/api/app.ts';
import { LOOPBACK } from '../api/bare-app.ts';
import { jobBody } from '../api/running-api.ts';
import { quietLog } from '../support/log.ts';
import { freshDatabase } from '../support/postgres.ts';
import { openProxy } from '../support/proxy.ts';
import { until } from '../support/until.ts';
import { useWorkerProcess } from './worker-process.ts';

const { closing, startProcess } = useWorkerProcess();
const SOON = 60_000;

/** A database, an API on it, and a job that trains until it is stopped and checkpoints only on request. */
async function openService() {
  const databaseUrl = await freshDatabase();
  const store = await openStore({ databaseUrl, redisUrl: null, log: quietLog });
  const app = await buildApp({ store, config: LOOPBACK });
  closing.push(async () => {
    await app.close();
    await store.close();
  });
  const training = {
    loss: 'CrossEntropyLoss',
    epochs: 1_000_000,
    checkpoint: { every_epochs: 1_000_000, every_seconds: 3_600 },
  };
  const reply = await app.inject({ method: 'POST', url: '/jobs', payload: jobBody({ training }) });
  expect(reply.statusCode, reply.body).toBe(201);
  const { id } = reply.json<{ id: string }>();
  return {
    databaseUrl,
    store,
    id,
    /** Waits until attempt n of the job is training. */
    learns: (attempt: number) =>
      until(async () => {
        const job = (await store.jobs.get(id))!;
        return job.attempt === attempt && job.status === 'running' && job.progress.step > 0 ? true : null;
      }, SOON),
    messages: async () =>
      (await store.events.list(id, { after: 0, limit: 1_000 })).flatMap((event) =>
        event.type === 'status' && event.data.message !== null ? [event.data.message] : [],
      ),
  };
}

test('killed trainers fail a job only if no checkpoint is added between them', async () => {
  const { databaseUrl, store, id, learns, messages } = await openService();
  const { trainers } = startProcess({ DATABASE_URL: databaseUrl, MAX_ATTEMPTS: '2' });
  const kill = () => {
    for (const pid of trainers()) process.kill(pid, 'SIGKILL');
  };
  let newest: string | undefined;
  for (const attempt of [1, 2, 3]) {
    await learns(attempt);
    await store.checkpoints.request(id);
    newest = await until(async () => {
      const found = (await store.checkpoints.latest(id))?.id;
      return found === newest ? null : (found ?? null);
    }, SOON);
    kill();
  }
  for (const attempt of [4, 5]) {
    await learns(attempt);
    kill();
  }
  const job = await until(async () => {
    const now = (await store.jobs.get(id))!;
    return now.status === 'failed' ? now : null;
  }, SOON);
  expect(job).toMatchObject({ stopReason: 'trainer_crashed', attempt: 5 });
  expect((await messages()).map((text) => /in attempt.*/.exec(text)?.[0])).toEqual([
    'in attempt 1: the job is queued again',
    'in attempt 2: the job is queued again',
    'in attempt 3: the job is queued again',
    'in attempt 4 of 5: the job is queued again',
    'in attempt 5 of 5',
  ]);
}, 240_000);

test('a database outage longer than a lease does not count as an attempt', async () => {
  const { databaseUrl, store, id, learns, messages } = await openService();
  const postgres = Number(new URL(databaseUrl).port);
  const way = await openProxy(postgres);
  const through = new URL(databaseUrl);
  through.port = String(way.port);
  const { output } = startProcess({ DATABASE_URL: through.href, MAX_ATTEMPTS: '1', LEASE_SECONDS: '2' });
  await learns(1);
  await way.close();
  await until(
    () => (/lost the lease/.test(output()) && /could not reconcile/.test(output()) ? true : null),
    SOON,
  );
  const again = await openProxy(postgres, way.port);
  closing.push(() => again.close());
  await learns(2);
  expect(await messages()).toEqual(['the database was unreachable in attempt 1: the job is queued again']);
  expect(await store.jobs.get(id)).toMatchObject({ error: null });
}, 240_000);
