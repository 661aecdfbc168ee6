import { describe, expect, test } from 'vitest';
import { says, useLeasedJobs } from '../support/leased.ts';

const { store, jobs, claimed, expire, everything } = useLeasedJobs();

describe('release', () => {
  test('queues the job again for whoever comes next, and says why', async () => {
    const { id, lease } = await claimed();
    expect(await jobs().release(lease)).toMatchObject({ id, attempt: 1 });
    expect(await jobs().get(id)).toMatchObject({ status: 'queued', stopReason: null, finishedAt: null });
    const events = await store().events.list(id, { after: 3, limit: 10 });
    expect(events.map((event) => event.data)).toEqual([
      { status: 'queued', stop_reason: null, message: 'the worker shut down: it waits for another' },
    ]);
    expect((await jobs().claim(id, 'w2', 60))?.job.attempt).toBe(2);
  });

  test('of a job that was to be cancelled cancels it', async () => {
    const { id, lease } = await claimed();
    await jobs().requestCancel(id);
    expect(await jobs().release(lease)).toBeNull();
    expect(await jobs().get(id)).toMatchObject({ status: 'cancelled', stopReason: 'user', error: null });
  });

  test('of a job that has ended touches nothing', async () => {
    const { id, lease } = await claimed();
    await jobs().finish(lease, { status: 'succeeded', stopReason: 'completed' });
    const before = await everything(id);
    expect(await jobs().release(lease)).toBeNull();
    expect(await everything(id)).toEqual(before);
  });
});

describe('reclaim', () => {
  test('queues a lost job again, tells why, and the next attempt starts from nothing', async () => {
    const { id, lease } = await claimed();
    const latest = { epoch: 1, metrics: { train_loss: 1 }, nonfinite: {} };
    await jobs().append(lease, [says('x')], {
      progress: { epoch: 1, step: 2, etaSeconds: 3, runningLoss: null, samplesPerSec: null },
      latest,
      best: latest,
    });
    expect(await jobs().reclaim(3)).toEqual({ requeued: [], failed: [], cancelled: [] });
    await expire(id);
    expect(await jobs().reclaim(3)).toEqual({ requeued: [{ id, attempt: 1 }], failed: [], cancelled: [] });
    expect(await jobs().get(id)).toMatchObject({
      status: 'queued',
      attempt: 1,
      stopReason: null,
      error: null,
    });
    const events = await store().events.list(id, { after: 4, limit: 10 });
    expect(events.map((event) => event.data)).toEqual([
      {
        status: 'queued',
        stop_reason: null,
        message: 'the worker was lost in attempt 1 of 3: it waits for another',
      },
    ]);
    const again = await jobs().claim(id, 'w2', 60);
    expect(again?.job).toMatchObject({
      attempt: 2,
      progress: { epoch: 0, step: 0, etaSeconds: null, runningLoss: null, samplesPerSec: null },
      latest: null,
      best: null,
    });
    expect(again?.lease.token).not.toBe(lease.token);
  });

  test('does not count the attempts that were handed back', async () => {
    const { id, lease } = await claimed();
    await jobs().release(lease);
    await jobs().claim(id, 'w2', 60);
    await expire(id);
    expect(await jobs().reclaim(2)).toEqual({ requeued: [{ id, attempt: 2 }], failed: [], cancelled: [] });
    await jobs().claim(id, 'w3', 60);
    await expire(id);
    expect(await jobs().reclaim(2)).toEqual({ requeued: [], failed: [id], cancelled: [] });
    expect((await jobs().get(id))?.error?.message).toBe('the worker was lost in attempt 3 of 3');
  });

  test('after the last attempt fails the job as worker_lost', async () => {
    const { id } = await claimed();
    await expire(id);
    expect(await jobs().reclaim(1)).toEqual({ requeued: [], failed: [id], cancelled: [] });
    expect(await jobs().get(id)).toMatchObject({
      status: 'failed',
      stopReason: 'worker_lost',
      error: { code: 'worker_lost', message: 'the worker was lost in attempt 1 of 1' },
      finishedAt: expect.any(Date),
    });
    expect((await store().events.list(id, { after: 4, limit: 10 })).map((event) => event.type)).toEqual([
      'done',
    ]);
  });

  test('of a job that was to be cancelled cancels it', async () => {
    const { id } = await claimed();
    await jobs().requestCancel(id);
    await expire(id);
    expect(await jobs().reclaim(3)).toEqual({ requeued: [], failed: [], cancelled: [id] });
    expect(await jobs().get(id)).toMatchObject({ status: 'cancelled', stopReason: 'user', error: null });
  });

  test('by several at once takes each job back once', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 10; i++) ids.push((await claimed()).id);
    await Promise.all(ids.map(expire));
    const all = await Promise.all(Array.from({ length: 4 }, () => jobs().reclaim(3)));
    const requeued = all.flatMap((taken) => taken.requeued.map((job) => job.id));
    expect(requeued.sort()).toEqual(ids.sort());
  });
});
