// One job's whole life over a connection whose Nth operation fails: posted, trained, read meanwhile, queried for predictions, deleted.
// Everything runs in this process; only Postgres is real, behind a proxy.

import { expect } from 'vitest';
import type { JobEvent } from '#contracts/jobs/events.ts';
import { isTerminal } from '#contracts/jobs/job.ts';
import type { Job } from '#contracts/jobs/job-api.ts';
import { openStore, type Store } from '#store/store.ts';
import { buildApp } from '../../services/api/app.ts';
import { type App, TUNING } from '../../services/api/context.ts';
import { follow } from '../../services/api/stream/follow.ts';
import { startWorker, type Worker } from '../../services/worker/worker.ts';
import { LOOPBACK } from '../api/bare-app.ts';
import { jobBody } from '../api/running-api.ts';
import { bytesOf } from '../support/jobs.ts';
import { quietLog } from '../support/log.ts';
import { freshDatabase } from '../support/postgres.ts';
import { type FailingHow, openProxy, type TcpProxy } from '../support/proxy.ts';
import { until } from '../support/until.ts';
import { checkDatabase } from './database-checks.ts';
import { checkJob, checkLog } from './histories.ts';
import { EPOCHS, scriptedPool, WEIGHTS } from './scripted-trainer.ts';

const MAX_ATTEMPTS = 3;

export interface Lives extends AsyncDisposable {
  /** Runs one job through its life; resolves with the number of operations that it took. */
  live(fail: { nth: number; how: FailingHow } | null): Promise<number>;
}

export async function openLives(): Promise<Lives> {
  const url = await freshDatabase();
  const proxy = await openProxy(Number(new URL(url).port));
  const through = new URL(url);
  through.port = String(proxy.port);
  const near = await openStore({ databaseUrl: url, redisUrl: null, log: quietLog });
  const far = await openStore({ databaseUrl: through.href, redisUrl: null, log: quietLog });
  const app = await buildApp({ store: far, config: LOOPBACK });
  const worker = await startWorker({
    store: far,
    log: quietLog,
    concurrency: 1,
    leaseSeconds: 2,
    maxAttempts: MAX_ATTEMPTS,
    reconcileMs: 300,
    pool: scriptedPool(),
  });
  let number = 0;
  return {
    live: (fail) => live({ url, proxy, near, far, app, worker }, ++number, fail),
    async [Symbol.asyncDispose]() {
      await worker.close();
      await app.close();
      await far.close();
      await near.close();
      await proxy.close();
    },
  };
}

interface Parts {
  url: string;
  proxy: TcpProxy;
  near: Store;
  far: Store;
  app: App;
  worker: Worker;
}

async function live(
  { url, proxy, near, far, app }: Parts,
  number: number,
  fail: { nth: number; how: FailingHow } | null,
): Promise<number> {
  const counter = proxy.failNth(fail?.nth ?? Number.POSITIVE_INFINITY, fail?.how ?? 'before');

  /** Retries while the service answers 503; any other 5xx fails the test. */
  const ask = (method: 'GET' | 'POST' | 'DELETE', path: string, payload?: object) =>
    until(async () => {
      const headers = { 'idempotency-key': `life-${number}` };
      const reply = await app.inject({
        method,
        url: path,
        headers,
        ...(payload === undefined ? {} : { payload }),
      });
      if (reply.statusCode === 503) return null;
      expect(reply.statusCode, reply.body).toBeLessThan(500);
      return reply;
    });

  const name = `life ${number}`;
  const posted = await ask('POST', '/jobs', jobBody({ name }));
  expect(posted.statusCode).toBe(201);
  const { id } = posted.json<Job>();
  const reading = read(far, id);
  await until(async () => {
    const job = await near.jobs.get(id);
    return job !== null && isTerminal(job.status) ? true : null;
  }, 25_000).catch(async (error: Error) => {
    const told = await near.events.list(id, { after: 0, limit: 1_000 });
    const last = JSON.stringify(told.at(-1));
    throw new Error(
      `operation ${fail?.nth} failed (${fail?.how}): ${counter.what()}; its last event: ${last}`,
      {
        cause: error,
      },
    );
  });
  const job = (await ask('GET', `/jobs/${id}`)).json<Job>();
  const log = await near.events.list(id, { after: 0, limit: 1_000 });
  const told = fail === null ? '' : `operation ${fail.nth} failed (${fail.how}): ${counter.what()}`;
  expect([...checkLog(log), ...checkJob(job, log, { maxAttempts: MAX_ATTEMPTS })], told).toEqual([]);
  expect(job, told).toMatchObject({ status: 'succeeded', progress: { epoch: EPOCHS } });
  expect(job.attempt, told).toBeLessThanOrEqual(2);
  expect(await reading, told).toEqual(log);
  const { model } = (await near.jobs.get(id))!;
  expect((await bytesOf(near, model!.artifact)).toString()).toBe(WEIGHTS);
  expect((await near.jobs.list({ limit: 100 })).items.filter((one) => one.name === name)).toHaveLength(1);
  expect([204, 404]).toContain((await ask('DELETE', `/jobs/${id}`)).statusCode);
  expect([204, 404]).toContain((await ask('DELETE', `/datasets/${job.dataset}`)).statusCode);
  const operations = counter.stop();
  // The server may take a moment to notice a connection that was cut.
  await until(async () => ((await checkDatabase(url)).length === 0 ? true : null), 8_000).catch(async () => {
    expect(await checkDatabase(url), told).toEqual([]);
  });
  return operations;
}

/** Reads as a stream's client does, reconnecting after every failure. */
async function read(store: Store, jobId: string): Promise<JobEvent[]> {
  const seen: JobEvent[] = [];
  const never = new AbortController().signal;
  for (;;) {
    try {
      const parts = { store, tuning: { ...TUNING, heartbeatMs: 500 } };
      const stream = follow(parts, jobId, seen.at(-1)?.seq ?? 0, never);
      for (let step = await stream.next(); ; step = await stream.next()) {
        if (step.done) return seen;
        for (const message of step.value) if (message.object === 'job.event') seen.push(message);
      }
    } catch {
      // Reconnects after the last event seen.
    }
  }
}
