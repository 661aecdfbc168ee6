// The worker over a real store and real processes; only the trainer is a fake, which does as it is told.

import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { newId } from '#contracts/ids.ts';
import type { JobEvent } from '#contracts/jobs/events.ts';
import { isTerminal, type JobStatus } from '#contracts/jobs/job.ts';
import type { JobRecord, Store } from '#store/store.ts';
import { openTrainerPool, type TrainerPool } from '../../services/worker/trainer-pool.ts';
import { startTrainer, type Trainer } from '../../services/worker/trainer-process.ts';
import { startWorker, type Worker } from '../../services/worker/worker.ts';
import { newDataset, newSpec } from '../support/jobs.ts';
import { quietLog } from '../support/log.ts';
import { runSql } from '../support/postgres.ts';
import { useStore } from '../support/store.ts';
import { until } from '../support/until.ts';
import { BEHAVIOURS, type Behaviour } from './behaviours.ts';

const FAKE = fileURLToPath(new URL('./fake-trainer.ts', import.meta.url));
const { store, url } = useStore();

let workers: Worker[] = [];
let trainers: Trainer[] = [];

afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.close()));
  await Promise.all(trainers.map((trainer) => trainer.exited)); // hangs, and so fails, where one is left
  workers = [];
  trainers = [];
  const ours = readdirSync(tmpdir()).filter((name) => name.startsWith(`epochd-worker-${process.pid}-`));
  expect(ours).toEqual([]);
});

function fakes(): TrainerPool {
  return openTrainerPool(() => {
    const trainer = startTrainer(FAKE);
    trainers.push(trainer);
    return trainer;
  });
}

async function start(change: Partial<Parameters<typeof startWorker>[0]> = {}): Promise<Worker> {
  const worker = await startWorker({
    store: store(),
    log: quietLog,
    concurrency: 1,
    leaseSeconds: 20,
    maxAttempts: 3,
    reconcileMs: 200,
    pool: fakes(),
    ...change,
  });
  workers.push(worker);
  return worker;
}

async function post(
  behaviour: Behaviour,
  { enqueue = true, weights = undefined as string | undefined } = {},
): Promise<string> {
  const dataset = newDataset();
  const spec = newSpec(dataset.id);
  const startArtifact = weights === undefined ? null : (await store().weights.get(weights))!.artifact;
  const job = await store().jobs.create({
    id: newId('job'),
    name: behaviour,
    spec: {
      ...spec,
      model: weights === undefined ? spec.model : { ...spec.model, weights },
      seed: BEHAVIOURS.indexOf(behaviour),
    },
    parameters: 6,
    totalSteps: 6,
    metadata: {},
    startArtifact,
    dataset,
  });
  if (enqueue) await store().queue.add(job);
  return job.id;
}

async function reach(id: string, wanted: (job: JobRecord) => boolean): Promise<JobRecord> {
  return until(async () => {
    const job = await store().jobs.get(id);
    return job !== null && wanted(job) ? job : null;
  });
}
const ended = (job: JobRecord) => isTerminal(job.status);
const training = (job: JobRecord) => job.status === 'running' && job.progress.epoch > 0;

async function eventsOf(id: string): Promise<JobEvent[]> {
  const events = await store().events.list(id, { after: 0, limit: 1_000 });
  expect(events.map((event) => event.seq)).toEqual(events.map((_, i) => i + 1));
  return events;
}
async function statusesOf(id: string): Promise<JobStatus[]> {
  return (await eventsOf(id)).flatMap((event) => (event.type === 'status' ? [event.data.status] : []));
}
async function read(from: Store, artifact: string): Promise<string> {
  let text = '';
  for await (const chunk of from.artifacts.read(artifact)) text += chunk.toString();
  return text;
}

describe('a job', () => {
  test('is trained on its table, and leaves its epochs, its best one and its model', async () => {
    await start();
    const id = await post('trains');
    const job = await reach(id, ended);
    expect(job).toMatchObject({
      status: 'succeeded',
      stopReason: 'completed',
      attempt: 1,
      fingerprint: 'fake',
    });
    expect(job.progress).toMatchObject({ epoch: 3, step: 3 });
    expect(job.best).toMatchObject({ epoch: 3, metrics: { train_loss: 1 / 3 } });
    expect(await read(store(), job.model!.artifact)).toBe('trained on the table');
    const events = await eventsOf(id);
    expect(events.filter((event) => event.type === 'metrics').map((event) => event.data.epoch)).toEqual([
      1, 2, 3,
    ]);
    expect(await statusesOf(id)).toEqual(['validating', 'queued', 'running', 'succeeded']);
    expect(events.at(-1)).toMatchObject({ type: 'done', data: { status: 'succeeded' } });
  });

  test.each([
    ['stops early', 'early_stopped'],
    ['runs out of time', 'max_seconds'],
  ] as const)('that %s has succeeded, and says why it stopped', async (behaviour, stopReason) => {
    await start();
    const id = await post(behaviour);
    const job = await reach(id, ended);
    expect(job).toMatchObject({ status: 'succeeded', stopReason, error: null, fingerprint: 'fake' });
    expect(await read(store(), job.model!.artifact)).toBe('the best so far');
    const events = await eventsOf(id);
    expect(events.at(-1)).toMatchObject({ type: 'done', data: { stop_reason: stopReason } });
  });

  test('starts from its weights, at another worker again', async () => {
    const tensors = [{ key: 'x', dtype: 'F32' as const, shape: [1] }];
    const file = Buffer.from('the weights');
    const { id: weights } = await store().weights.create({ id: newId('weights'), name: null, tensors, file });
    const first = await start();
    const id = await post('trains slowly', { weights });
    await reach(id, training);
    await first.close();
    await start();
    const job = await reach(id, ended);
    expect(job).toMatchObject({ status: 'succeeded', attempt: 2 });
    expect(await read(store(), job.model!.artifact)).toBe('trained on the table from the weights');
  });

  test('whose loss is NaN ends diverged, and its NaN is carried', async () => {
    await start();
    const id = await post('diverges');
    expect(await reach(id, ended)).toMatchObject({
      status: 'failed',
      stopReason: 'diverged',
      latest: { metrics: {}, nonfinite: { train_loss: 'NaN' } },
    });
  });

  test('that its trainer refuses fails with the reason', async () => {
    await start();
    const job = await reach(await post('is invalid'), ended);
    expect(job).toMatchObject({ status: 'failed', error: { code: 'invalid', message: 'layers do not fit' } });
  });

  test('that the queue forgot is found by the reconciler', async () => {
    const id = await post('trains', { enqueue: false });
    await start();
    expect(await reach(id, ended)).toMatchObject({ status: 'succeeded' });
  });

  test('does not wait for another when two may run', async () => {
    await start({ concurrency: 2 });
    const [first, second] = [await post('never ends'), await post('never ends')];
    await reach(first, training);
    await reach(second, training);
    for (const id of [first, second]) await store().jobs.requestCancel(id);
    expect((await reach(first, ended)).status).toBe('cancelled');
    expect((await reach(second, ended)).status).toBe('cancelled');
  });
});

describe('a cancel', () => {
  test('stops the training within a second', async () => {
    await start();
    const id = await post('never ends');
    await reach(id, training);
    const asked = performance.now();
    await store().jobs.requestCancel(id);
    const job = await reach(id, ended);
    expect(performance.now() - asked).toBeLessThan(1_000);
    expect(job).toMatchObject({ status: 'cancelled', stopReason: 'user', error: null });
    expect(await read(store(), job.model!.artifact)).toBe('what it knew when it was cancelled');
    expect(await statusesOf(id)).toEqual(['validating', 'queued', 'running', 'cancelling', 'cancelled']);
  });

  test('ends a trainer that does not listen', async () => {
    await start();
    const id = await post('ignores cancel');
    await reach(id, training);
    await store().jobs.requestCancel(id);
    expect(await reach(id, ended)).toMatchObject({ status: 'cancelled', stopReason: 'user' });
  });
});

describe('a trainer', () => {
  test('that crashes in every attempt fails its job with its last words, and the next job is trained', async () => {
    await start({ maxAttempts: 2 });
    const [crashing, next] = [await post('crashes'), await post('trains')];
    const job = await reach(crashing, ended);
    expect(job).toMatchObject({ status: 'failed', stopReason: 'trainer_crashed', attempt: 2 });
    expect(job.error?.message).toMatch(
      /exit code 1; its last words: RangeError: the tensor fell off the shelf in attempt 2 of 2/,
    );
    expect(await reach(next, ended)).toMatchObject({ status: 'succeeded' });
  });

  test('that is killed -9 costs its job an attempt, not its life', async () => {
    await start();
    const killed = await post('trains slowly');
    await reach(killed, training);
    for (const { pid } of trainers) process.kill(pid as number, 'SIGKILL'); // the spare, too
    expect(await reach(killed, ended)).toMatchObject({ status: 'succeeded', attempt: 2 });
    const queued = (await eventsOf(killed)).findLast(
      (event) => event.type === 'status' && event.data.status === 'queued',
    );
    expect(JSON.stringify(queued?.data)).toMatch(/SIGKILL.* in attempt 1 of 3: it waits for another/);
  });
});

describe('a pause', () => {
  const paused = (job: JobRecord) => job.status === 'paused';

  test('stops a job until it is resumed, and costs it no attempt', async () => {
    await start({ maxAttempts: 1 });
    const id = await post('never ends');
    await reach(id, training);
    expect(await store().jobs.requestPause(id)).toMatchObject({ status: 'pausing' });
    await reach(id, paused);
    await store().queue.add(await store().jobs.resume(id));
    await reach(id, (job) => training(job) && job.attempt === 2);
    await store().jobs.requestCancel(id);
    await reach(id, ended);
    const path = ['running', 'pausing', 'paused', 'queued', 'running', 'cancelling', 'cancelled'];
    expect(await statusesOf(id)).toEqual(['validating', 'queued', ...path]);
  });

  test('of a job that waits holds it back at once, and a cancel ends it there', async () => {
    const id = await post('trains', { enqueue: false });
    expect(await store().jobs.requestPause(id)).toMatchObject({ status: 'paused' });
    await start();
    await store().queue.add((await store().jobs.get(id))!);
    expect(await store().jobs.requestCancel(id)).toMatchObject({ status: 'cancelled', attempt: 0 });
    await expect(store().jobs.resume(id)).rejects.toMatchObject({ code: 'conflict' });
  });

  test('whose worker is lost is a pause', async () => {
    const id = await post('trains', { enqueue: false });
    await store().jobs.claim(id, 'a lost one', 60);
    await store().jobs.requestPause(id);
    await runSql(
      url(),
      `UPDATE job SET lease_expires_at = clock_timestamp() - interval '1 s' WHERE id = '${id}'`,
    );
    expect(await store().jobs.reclaim(3)).toEqual({ requeued: [], failed: [], cancelled: [] });
    expect(await store().jobs.get(id)).toMatchObject({ status: 'paused' });
  });
});

describe('a device', () => {
  test('that is lost ends the attempt, and after the last one the job, in its own words', async () => {
    await start({ maxAttempts: 2 });
    const id = await post('loses its device');
    const job = await reach(id, ended);
    expect(job).toMatchObject({ status: 'failed', stopReason: 'device_lost', attempt: 2 });
    expect(job.error?.message).toBe('the GPU was lost: pulled out in attempt 2 of 2');
    const queued = (await eventsOf(id)).filter(
      (event) => event.type === 'status' && event.data.status === 'queued',
    );
    expect(queued.at(-1)?.data).toMatchObject({
      message: 'the GPU was lost: pulled out in attempt 1 of 2: it waits for another',
    });
    // The worker lives on.
    expect(await reach(await post('trains'), ended)).toMatchObject({ status: 'succeeded' });
  });
});

test('a job that is too large for its device ends with the number, and is not tried again', async () => {
  await start({ maxAttempts: 2 });
  const job = await reach(await post('is too large for its device'), ended);
  expect(job).toMatchObject({ status: 'failed', stopReason: 'out_of_memory', attempt: 1 });
  expect(job.error?.message).toBe('the job takes 9 bytes');
});

describe('a worker', () => {
  test('is listed with what it computes on while it lives', async () => {
    const worker = await start();
    const [listed] = await store().workers.live();
    expect(listed).toMatchObject({ id: worker.id, concurrency: 1 });
    expect(listed!.devices.cpu.cores).toBeGreaterThan(0);
    expect(listed!.devices.webgpu.adapter === null).toBe(listed!.devices.webgpu.reason !== null);
    await worker.close();
    expect(await store().workers.live()).toEqual([]);
  });

  test('that closes hands its job back, and the next worker trains it', async () => {
    const first = await start();
    const id = await post('trains slowly');
    await reach(id, training);
    await first.close();
    expect(await store().jobs.get(id)).toMatchObject({ status: 'queued', attempt: 1 });
    await start();
    expect(await reach(id, ended)).toMatchObject({ status: 'succeeded', attempt: 2 });
    const events = await eventsOf(id);
    const again = events.filter((event) => event.type === 'metrics' && event.attempt === 2);
    expect(again).toHaveLength(3);
  });

  test('that closes while a cancel is under way leaves the job cancelled', async () => {
    const first = await start();
    const id = await post('ignores cancel');
    await reach(id, training);
    await store().jobs.requestCancel(id);
    await first.close();
    expect(await store().jobs.get(id)).toMatchObject({ status: 'cancelled', stopReason: 'user' });
  });

  test('that lost its lease stops its trainer and writes nothing more', async () => {
    const id = await post('never ends');
    const renew = store().jobs.renew;
    let deaf = false;
    // This worker cannot renew, as if its network were cut one way.
    const jobs = {
      ...store().jobs,
      renew: async (...args: Parameters<typeof renew>) => (deaf ? null : renew(...args)),
    };
    await start({ store: { ...store(), jobs }, leaseSeconds: 2, reconcileMs: 100_000 });
    await reach(id, training);
    deaf = true;
    await until(async () =>
      trainers.some((trainer) => trainer.pid !== undefined && !alive(trainer.pid)) ? true : null,
    );
    const before = (await store().jobs.get(id))?.lastSeq;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await store().jobs.get(id)).toMatchObject({ status: 'running', lastSeq: before });
    // The row is still its; another takes it back when the lease has run out.
    deaf = false;
    await until(async () =>
      (await store().jobs.reclaim(3)).requeued.some((job) => job.id === id) ? true : null,
    );
    await store().jobs.requestCancel(id);
  });
});

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
