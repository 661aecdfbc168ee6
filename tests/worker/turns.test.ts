// The order of claims with running workers: real store, real processes, a fake trainer.

import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { newId } from '#contracts/ids.ts';
import { isTerminal } from '#contracts/jobs/job.ts';
import { withDefaults } from '#contracts/keys/key-limits.ts';
import type { JobRecord, NewJob } from '#store/store.ts';
import { openTrainerPool } from '../../services/worker/trainer-pool.ts';
import { startTrainer, type Trainer } from '../../services/worker/trainer-process.ts';
import { startWorker, type Worker } from '../../services/worker/worker.ts';
import { newDataset, newJob, newSpec } from '../support/jobs.ts';
import { quietLog } from '../support/log.ts';
import { runSql } from '../support/postgres.ts';
import { useStore } from '../support/store.ts';
import { until } from '../support/until.ts';
import { BEHAVIOURS } from './behaviours.ts';

const FAKE = fileURLToPath(new URL('./fake-trainer.ts', import.meta.url));
const { store, url } = useStore();
let worker: Worker | null = null;
let trainers: Trainer[] = [];

beforeEach(() => runSql(url(), 'DELETE FROM job'));
afterEach(async () => {
  await worker?.close();
  await Promise.all(trainers.map((trainer) => trainer.exited)); // hangs, and so fails, if one is left running
  trainers = [];
});

async function start(concurrency: number): Promise<void> {
  const pool = openTrainerPool(() => {
    const trainer = startTrainer(FAKE);
    trainers.push(trainer);
    return trainer;
  });
  // Too rarely for any job here to be found by reconciling.
  const rarely = { leaseSeconds: 60, maxAttempts: 3, reconcileMs: 600_000 };
  worker = await startWorker({ store: store(), log: quietLog, concurrency, pool, ...rarely });
}

async function post(tenant: string, change: Partial<NewJob> = {}): Promise<string> {
  const own = store().forTenant(tenant);
  const dataset = newDataset();
  const spec = { ...newSpec(dataset.id), seed: BEHAVIOURS.indexOf('trains') };
  const job = await own.jobs.create(newJob({ dataset, spec, ...change }));
  await store().queue.add(job);
  return job.id;
}

/** In the order in which they started. */
const allEnded = (ids: readonly string[]): Promise<JobRecord[]> =>
  until(async () => {
    const jobs = await Promise.all(ids.map((id) => store().jobs.get(id)));
    const records = jobs.filter((job) => job !== null);
    if (records.length < ids.length || !records.every(({ status }) => isTerminal(status))) return null;
    return records.sort((a, b) => a.startedAt!.getTime() - b.startedAt!.getTime());
  }, 25_000);

test('a tenant’s only job does not wait for all earlier jobs of another tenant', async () => {
  const many: string[] = [];
  for (let i = 0; i < 8; i++) many.push(await post('many'));
  const one = await post('one');
  const urgent = await post('many', { priority: 5 });
  await start(2);
  const order = (await allEnded([...many, one, urgent])).map(({ id }) => id);
  expect(order.slice(0, 3)).toContain(urgent);
  expect(order.slice(0, 3)).toContain(one);
  expect(order.filter((id) => many.includes(id))).toEqual(many);
});

test('a key’s concurrency limit holds, and its next job starts when one has ended', async () => {
  const id = newId('key');
  const limits = withDefaults({ running_jobs: 1 });
  await store().keys.create({ id, name: 'x', tenant: 'a', hash: id, hint: 'abcd', limits });
  const ids: string[] = [];
  for (let i = 0; i < 4; i++) ids.push(await post('a', { key: { id, limits } }));
  await start(3);
  const jobs = await allEnded(ids);
  for (const [i, job] of jobs.slice(1).entries()) {
    expect(job.startedAt!.getTime()).toBeGreaterThanOrEqual(jobs[i]!.finishedAt!.getTime());
  }
});
