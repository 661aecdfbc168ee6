// A worker and the jobs that it trains, from the claim to the end.

import { describe, expect, test } from 'vitest';
import { newId } from '#contracts/ids.ts';
import { until } from '../support/until.ts';
import {
  ended,
  eventsOf,
  post,
  reach,
  read,
  start,
  statusesOf,
  store,
  trainers,
  training,
} from './running-worker.ts';

describe('a job', () => {
  test('is trained on its table, and its epochs, best epoch and model are stored', async () => {
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
  ] as const)('that %s succeeds with the stop reason %s', async (behaviour, stopReason) => {
    await start();
    const id = await post(behaviour);
    const job = await reach(id, ended);
    expect(job).toMatchObject({ status: 'succeeded', stopReason, error: null, fingerprint: 'fake' });
    expect(await read(store(), job.model!.artifact)).toBe('the best so far');
    const events = await eventsOf(id);
    expect(events.at(-1)).toMatchObject({ type: 'done', data: { stop_reason: stopReason } });
  });

  test('starts from its weights, and still does on a second worker', async () => {
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

  test('whose loss is NaN ends as diverged, and the NaN is stored', async () => {
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

  test('missing from the queue is found by the reconciler', async () => {
    const id = await post('trains', { enqueue: false });
    await start();
    expect(await reach(id, ended)).toMatchObject({ status: 'succeeded' });
  });

  test('does not wait for another at a concurrency of 2', async () => {
    await start({ concurrency: 2 });
    const [first, second] = [await post('never ends'), await post('never ends')];
    await reach(first, training);
    await reach(second, training);
    for (const id of [first, second]) await store().jobs.requestCancel(id);
    expect((await reach(first, ended)).status).toBe('cancelled');
    expect((await reach(second, ended)).status).toBe('cancelled');
  });
});

describe('a worker', () => {
  test('is listed with its devices while it runs', async () => {
    const worker = await start();
    const [listed] = await store().workers.live();
    expect(listed).toMatchObject({ id: worker.id, concurrency: 1 });
    expect(listed!.devices.cpu.cores).toBeGreaterThan(0);
    expect(listed!.devices.webgpu.adapter === null).toBe(listed!.devices.webgpu.reason !== null);
    await worker.close();
    expect(await store().workers.live()).toEqual([]);
  });

  test('that closes returns its job to the queue, and the next worker trains it', async () => {
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

  test('that closes during a cancel leaves the job cancelled', async () => {
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
    // The row is still this worker's until its lease expires and is reclaimed.
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
