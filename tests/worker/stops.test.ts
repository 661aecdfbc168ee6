// Jobs that are canceled or paused, before and while a worker trains them.

import { describe, expect, test } from 'vitest';
import type { JobRecord } from '#store/store.ts';
import { runSql } from '../support/postgres.ts';
import { ended, post, reach, read, start, statusesOf, store, training, url } from './running-worker.ts';

describe('a cancel', () => {
  test('stops the training without waiting for the next renewal of the lease', async () => {
    await start({ leaseSeconds: 600 });
    const id = await post('never ends');
    await reach(id, training);
    await store().jobs.requestCancel(id);
    const job = await reach(id, ended);
    expect(job).toMatchObject({ status: 'cancelled', stopReason: 'user', error: null });
    expect(await read(store(), job.model!.artifact)).toBe('what it knew when it was cancelled');
    expect(await statusesOf(id)).toEqual(['validating', 'queued', 'running', 'cancelling', 'cancelled']);
  });

  test('ends a trainer that ignores it', async () => {
    await start();
    const id = await post('ignores cancel');
    await reach(id, training);
    await store().jobs.requestCancel(id);
    expect(await reach(id, ended)).toMatchObject({ status: 'cancelled', stopReason: 'user' });
  });
});

describe('a pause', () => {
  const paused = (job: JobRecord) => job.status === 'paused';

  test('stops a job until it is resumed, and is not counted as a failed attempt', async () => {
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

  test('of a waiting job takes effect at once, and a cancel then ends the job', async () => {
    const id = await post('trains', { enqueue: false });
    expect(await store().jobs.requestPause(id)).toMatchObject({ status: 'paused' });
    await start();
    await store().queue.add((await store().jobs.get(id))!);
    expect(await store().jobs.requestCancel(id)).toMatchObject({ status: 'cancelled', attempt: 0 });
    await expect(store().jobs.resume(id)).rejects.toMatchObject({ code: 'conflict' });
  });

  test('takes effect even if the worker is lost', async () => {
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
