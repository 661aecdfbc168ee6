import { describe, expect, test } from 'vitest';
import type { Lease } from '#store/store.ts';
import { says, useLeasedJobs } from '../../support/leased.ts';
import { runSql } from '../../support/postgres.ts';

const { store, url, jobs, claimed, expire, everything } = useLeasedJobs();

describe('release', () => {
  test('requeues the job for the next worker, and says why', async () => {
    const { id, lease } = await claimed();
    expect(await jobs().release(lease)).toMatchObject({ id, attempt: 1 });
    expect(await jobs().get(id)).toMatchObject({ status: 'queued', stopReason: null, finishedAt: null });
    const events = await store().events.list(id, { after: 3, limit: 10 });
    expect(events.map((event) => event.data)).toEqual([
      { status: 'queued', stop_reason: null, message: 'the worker shut down: the job is queued again' },
    ]);
    expect((await jobs().claim(id, 'w2', 60))?.job.attempt).toBe(2);
  });

  test('of a cancelling job cancels it', async () => {
    const { id, lease } = await claimed();
    await jobs().requestCancel(id);
    expect(await jobs().release(lease)).toBeNull();
    expect(await jobs().get(id)).toMatchObject({ status: 'cancelled', stopReason: 'user', error: null });
  });

  test('of an ended job does nothing', async () => {
    const { id, lease } = await claimed();
    await jobs().finish(lease, { status: 'succeeded', stopReason: 'completed' });
    const before = await everything(id);
    expect(await jobs().release(lease)).toBeNull();
    expect(await everything(id)).toEqual(before);
  });
});

describe('retry', () => {
  test('does not count outages, however many there are', async () => {
    const { id, lease } = await claimed();
    const outage = { stopReason: null, message: 'the database was unreachable' };
    let held = lease;
    for (let attempt = 1; attempt <= 5; attempt++) {
      expect(await jobs().retry(held, outage, 1)).toEqual({ id, attempt });
      held = (await jobs().claim(id, 'w2', 60))!.lease;
    }
    const crash = { stopReason: 'trainer_crashed', message: 'it crashed' } as const;
    expect(await jobs().retry(held, crash, 1)).toBeNull();
    expect(await jobs().get(id)).toMatchObject({
      status: 'failed',
      error: { code: 'trainer_crashed', message: 'it crashed in attempt 6 of 6' },
    });
  });
});

describe('reclaim', () => {
  test('requeues a lost job and says why, and the next attempt starts with no progress', async () => {
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
        message: 'the worker was lost in attempt 1 of 3: the job is queued again',
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

  test('is due when the first lease expires', async () => {
    await runSql(url(), 'DELETE FROM job');
    expect(await jobs().nextExpiryMs()).toBeNull();
    const { id } = await claimed();
    await claimed();
    const ms = await jobs().nextExpiryMs();
    expect(ms).toBeGreaterThan(50_000);
    expect(ms).toBeLessThanOrEqual(60_000);
    await expire(id);
    expect(await jobs().nextExpiryMs()).toBeLessThanOrEqual(-1_000);
    await jobs().reclaim(3);
    expect(await jobs().nextExpiryMs()).toBeGreaterThan(50_000);
  });

  test('does not count released attempts', async () => {
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

  test('restarts its count at each new checkpoint, and fails a job that makes no progress', async () => {
    const { id } = await claimed();
    const lose = async () => {
      await expire(id);
      return jobs().reclaim(2);
    };
    const next = async () => (await jobs().claim(id, 'w2', 60))!.lease;
    const keep = async (lease: Lease, step: number) => {
      const checkpoint = { epoch: step, step, best: null, keepLast: 1, file: Buffer.from('weights') };
      expect(await store().checkpoints.put(lease, checkpoint)).toBe(true);
    };
    const failed = { requeued: [], failed: [id], cancelled: [] };
    expect(await lose()).not.toEqual(failed); // 1 in a row
    for (let step = 1; step <= 4; step++) {
      await keep(await next(), step);
      expect(await lose()).not.toEqual(failed); // 0 in a row
    }
    await next();
    expect(await lose()).not.toEqual(failed); // 1 in a row
    const lease = await next();
    await keep(lease, 5);
    await jobs().release(lease); // 0 in a row
    await next();
    expect(await lose()).not.toEqual(failed);
    await next();
    expect(await lose()).toEqual(failed);
    const told = (await store().events.list(id, { after: 0, limit: 100 })).flatMap((event) =>
      event.type === 'status' && event.data.message !== null ? [event.data.message] : [],
    );
    expect(told).toEqual([
      'the worker was lost in attempt 1 of 2: the job is queued again',
      ...[2, 3, 4, 5].map((n) => `the worker was lost in attempt ${n}: the job is queued again`),
      'the worker was lost in attempt 6 of 7: the job is queued again',
      'the worker shut down: the job is queued again',
      'the worker was lost in attempt 8 of 9: the job is queued again',
      'the worker was lost in attempt 9 of 9',
    ]);
  });

  test('fails the job as worker_lost after the last attempt', async () => {
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

  test('of a cancelling job cancels it', async () => {
    const { id } = await claimed();
    await jobs().requestCancel(id);
    await expire(id);
    expect(await jobs().reclaim(3)).toEqual({ requeued: [], failed: [], cancelled: [id] });
    expect(await jobs().get(id)).toMatchObject({ status: 'cancelled', stopReason: 'user', error: null });
  });

  test('run concurrently requeues each job once', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 10; i++) ids.push((await claimed()).id);
    await Promise.all(ids.map(expire));
    const all = await Promise.all(Array.from({ length: 4 }, () => jobs().reclaim(3)));
    const requeued = all.flatMap((taken) => taken.requeued.map((job) => job.id));
    expect(requeued.sort()).toEqual(ids.sort());
  });
});
