import { describe, expect, test } from 'vitest';
import { JobEvent } from '#contracts/jobs/events.ts';
import type { Lease } from '#store/store.ts';
import { bytesOf, createJob, trained } from '../../support/jobs.ts';
import { runSql } from '../../support/postgres.ts';
import { useStore } from '../../support/store.ts';

const { store, url } = useStore();
const checkpoints = () => store().checkpoints;

async function claimed(): Promise<{ id: string; lease: Lease }> {
  const { id } = await createJob(store());
  return { id, lease: (await store().jobs.claim(id, 'w1', 60))!.lease };
}
async function again(id: string, lease: Lease): Promise<Lease> {
  await store().jobs.release(lease);
  return (await store().jobs.claim(id, 'w2', 60))!.lease;
}
const put = (lease: Lease, epoch: number, keepLast = 2) =>
  checkpoints().put(lease, {
    epoch,
    step: epoch * 10,
    best: { epoch: 1, step: 10 },
    file: Buffer.from(`after ${epoch}`),
    keepLast,
  });

/** The checkpoints that are kept; asserts that their bytes are readable. */
async function kept(id: string): Promise<[attempt: number, epoch: number][]> {
  const rows = await runSql<{ attempt: number; epoch: number; artifact: string }>(
    url(),
    `SELECT attempt, epoch, artifact FROM checkpoint WHERE job_id = '${id}' ORDER BY attempt, epoch`,
  );
  for (const { artifact, epoch } of rows)
    expect((await bytesOf(store(), artifact)).toString()).toBe(`after ${epoch}`);
  return rows.map(({ attempt, epoch }) => [attempt, epoch]);
}
const artifacts = async () =>
  (await runSql<{ n: number }>(url(), 'SELECT count(*)::int AS n FROM artifact'))[0]!.n;

describe('a checkpoint', () => {
  test('is stored with the progress and metrics so far, and adds an event', async () => {
    const { id, lease } = await claimed();
    expect(await checkpoints().latest(id)).toBeNull();
    const [best, latest] = [1, 2].map((epoch) => ({ epoch, metrics: { train_loss: epoch }, nonfinite: {} }));
    await store().jobs.append(lease, [], {
      progress: { epoch: 2, step: 20, etaSeconds: 7, runningLoss: null, samplesPerSec: null },
      latest: latest!,
      best: best!,
    });
    expect(await put(lease, 2)).toBe(true);
    expect(await checkpoints().latest(id)).toEqual({
      id: expect.stringMatching(/^chk_/),
      jobId: id,
      attempt: 1,
      createdAt: expect.any(Date),
      bytes: 7,
      bestPlace: { epoch: 1, step: 10 },
      progress: { epoch: 2, step: 20, etaSeconds: null, runningLoss: null, samplesPerSec: null },
      latest,
      best,
      artifact: expect.stringMatching(/^art_/),
    });
    const [event] = await store().events.list(id, { after: 3, limit: 10 });
    expect(JobEvent.parse(event)).toMatchObject({
      seq: 4,
      type: 'checkpoint',
      attempt: 1,
      data: { epoch: 2, step: 20, bytes: 7 },
    });
    expect((await store().jobs.get(id))?.lastSeq).toBe(4);
  });

  test('replaces older ones, with their bytes', async () => {
    const { id, lease } = await claimed();
    const before = await artifacts();
    for (const epoch of [1, 2, 5]) await put(lease, epoch);
    expect(await kept(id)).toEqual([
      [1, 2],
      [1, 5],
    ]);
    expect(await artifacts()).toBe(before + 2);
    await put(lease, 6, 1);
    expect(await kept(id)).toEqual([[1, 6]]);
    expect(await artifacts()).toBe(before + 1);
  });

  test('of a later attempt is newer than any of an earlier one', async () => {
    const { id, lease } = await claimed();
    await put(lease, 8);
    const second = await again(id, lease);
    expect((await checkpoints().latest(id))?.progress.epoch).toBe(8);
    await put(second, 1);
    expect(await checkpoints().latest(id)).toMatchObject({ attempt: 2, progress: { epoch: 1 } });
    await put(second, 2);
    expect(await kept(id)).toEqual([
      [2, 1],
      [2, 2],
    ]);
  });

  test('of a worker that lost its lease is not stored', async () => {
    const { id, lease } = await claimed();
    await put(lease, 1);
    await again(id, lease);
    const before = [await artifacts(), await kept(id), (await store().jobs.get(id))?.lastSeq];
    expect(await put(lease, 2)).toBe(false);
    expect([await artifacts(), await kept(id), (await store().jobs.get(id))?.lastSeq]).toEqual(before);
  });

  const finish = (lease: Lease) =>
    store().jobs.finish(lease, { status: 'succeeded', stopReason: 'completed', ...trained('m') });

  test('is kept when the job ends, and deleted with it', async () => {
    const before = await artifacts();
    const { id, lease } = await claimed();
    for (const epoch of [1, 2]) await put(lease, epoch);
    await finish(lease);
    expect(await kept(id)).toEqual([
      [1, 1],
      [1, 2],
    ]);
    await store().jobs.delete(id);
    expect(await artifacts()).toBe(before + 1); // the dataset's table
  });

  test.each([
    ['cancelled while it waited', (id: string) => store().jobs.requestCancel(id)],
    [
      'failed because its workers were lost',
      async (id: string) => {
        await store().jobs.claim(id, 'w2', 60);
        await runSql(
          url(),
          `UPDATE job SET lease_expires_at = clock_timestamp() - interval '1 s' WHERE id = '${id}'`,
        );
        await store().jobs.reclaim(1);
      },
    ],
  ])('becomes the model of a job that was %s', async (_, end) => {
    const { id, lease } = await claimed();
    await put(lease, 3);
    await store().jobs.release(lease);
    await end(id);
    const { model, bestModel } = (await store().jobs.get(id))!;
    expect(model).toMatchObject({ epoch: 3, step: 30 });
    expect(bestModel).toEqual({ epoch: 1, step: 10, artifact: model!.artifact });
    const [{ id: checkpoint } = { id: '' }] = await checkpoints().list(id);
    await checkpoints().delete(id, checkpoint);
    expect((await bytesOf(store(), model!.artifact)).toString()).toBe('after 3');
    const before = await artifacts();
    await store().jobs.delete(id);
    expect(await artifacts()).toBe(before - 1);
  });

  test('cannot be deleted if an unfinished job would resume from it; an older one can', async () => {
    const { id, lease } = await claimed();
    for (const epoch of [1, 2]) await put(lease, epoch);
    const [newest, older] = await checkpoints().list(id);
    await expect(checkpoints().delete(id, newest!.id)).rejects.toMatchObject({ code: 'conflict' });
    await checkpoints().delete(id, older!.id);
    expect(await kept(id)).toEqual([[1, 2]]);
    await expect(checkpoints().delete(id, older!.id)).rejects.toMatchObject({ code: 'not_found' });
  });

  test('can be requested while the job runs, and renewing the lease returns the request', async () => {
    const { id, lease } = await claimed();
    expect(await store().jobs.renew(lease, 60)).toEqual({ status: 'running', checkpointWantedAt: null });
    const at = await checkpoints().request(id);
    expect(await store().jobs.renew(lease, 60)).toEqual({ status: 'running', checkpointWantedAt: at });
    await finish(lease);
    await expect(checkpoints().request(id)).rejects.toMatchObject({ code: 'conflict' });
  });

  test('is kept when a worker that lost its lease tries to finish the job', async () => {
    const { id, lease } = await claimed();
    await put(lease, 1);
    await again(id, lease);
    const before = await artifacts();
    expect(await finish(lease)).toBe(false);
    expect([await artifacts(), await kept(id)]).toEqual([before, [[1, 1]]]);
  });

  test('is deleted with a job that was never resumed', async () => {
    const before = await artifacts();
    const { id, lease } = await claimed();
    await put(lease, 1);
    await store().jobs.release(lease);
    await store().jobs.requestCancel(id);
    await store().jobs.delete(id);
    expect(await kept(id)).toEqual([]);
    expect(await artifacts()).toBe(before + 1); // the dataset's table
  });
});
