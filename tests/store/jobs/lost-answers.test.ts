// Lost replies: the database commits, but the reply is lost on the way. The caller retries, and everything has happened exactly once.

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '#contracts/ids.ts';
import { isOutage } from '#store/outage.ts';
import { openStore, type Store } from '#store/store.ts';
import { createJob, trained } from '../../support/jobs.ts';
import { says, useLeasedJobs } from '../../support/leased.ts';
import { quietLog } from '../../support/log.ts';
import { openProxy, type TcpProxy } from '../../support/proxy.ts';

const { store, url, claimed, expire, everything } = useLeasedJobs();
let proxy: TcpProxy;
let far: Store;
beforeAll(async () => {
  proxy = await openProxy(Number(new URL(url()).port));
  const through = new URL(url());
  through.port = String(proxy.port);
  far = await openStore({ databaseUrl: through.href, redisUrl: null, log: quietLog });
});
afterAll(async () => {
  await far.close();
  await proxy.close();
});

/** Calls `ask` twice, losing the first reply. Returns the database's state after the first call, and the second reply. */
async function twice<T>(id: string, statement: [text: string, after?: string], ask: () => Promise<T>) {
  const lost = proxy.loseAnswer(...statement);
  const error = await ask().then(
    () => null,
    (e: unknown) => e,
  );
  await lost;
  expect(isOutage(error)).toBe(true);
  const before = await everything(id);
  return { before, answer: await ask() };
}

const seqs = async (id: string) =>
  (await store().events.list(id, { after: 0, limit: 100 })).map(({ seq, type }) => [seq, type]);

describe('a write retried after a lost reply takes effect once:', () => {
  test('a claim, with the same attempt and lease', async () => {
    const { id } = await createJob(store());
    const token = randomUUID();
    const { answer } = await twice(id, ['lease_writes = 0'], () => far.jobs.claim(id, 'w', 60, token));
    expect(answer).toMatchObject({ lease: { jobId: id, token, attempt: 1 }, job: { status: 'running' } });
    expect((await store().jobs.get(id))?.attempt).toBe(1);
    expect(await far.jobs.claim(id, 'w', 60)).toBeNull();
    expect(await seqs(id)).toHaveLength(3);
  });

  test('an append, with its epochs and all its updates', async () => {
    const { id, lease } = await claimed();
    const history = [{ firstEpoch: 1, names: ['train_loss'], values: Float64Array.of(0.5) }];
    const warnings = [{ code: 'one', param: 'training', message: 'hardly meant' }];
    const { before, answer } = await twice(id, ['lease_writes = COALESCE'], () =>
      far.jobs.append(lease, [says('a'), says('b')], { write: 1, history, warnings }),
    );
    expect(answer).toBe(true);
    expect(await everything(id)).toEqual(before);
    expect(await far.jobs.append(lease, [says('c')], { write: 2 })).toBe(true);
    expect((await seqs(id)).map(([seq]) => seq)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('the end of a job, with its model', async () => {
    const { id, lease } = await claimed();
    const end = { status: 'succeeded', stopReason: 'completed', ...trained('weights') } as const;
    const { before, answer } = await twice(id, ['COMMIT', 'UPDATE job SET model_artifact'], () =>
      far.jobs.finish(lease, end),
    );
    expect(answer).toBe(true);
    expect(await everything(id)).toEqual(before);
  });

  test('a checkpoint', async () => {
    const { id, lease } = await claimed();
    const checkpoint = { id: newId('checkpoint'), epoch: 1, step: 2, best: null, keepLast: 2 };
    const { before, answer } = await twice(id, ['COMMIT', 'INSERT INTO checkpoint'], () =>
      far.checkpoints.put(lease, { ...checkpoint, file: Buffer.from('weights') }),
    );
    expect(answer).toBe(true);
    expect(await everything(id)).toEqual(before);
    expect(await store().checkpoints.list(id)).toHaveLength(1);
  });

  test('a release, after which the job is queued', async () => {
    const { id, lease } = await claimed();
    const { before, answer } = await twice(id, ['COMMIT', 'ELSE handed_back + 1'], () =>
      far.jobs.release(lease),
    );
    expect(answer).toMatchObject({ id, attempt: 1 });
    expect(await everything(id)).toEqual(before);
  });

  test('a retry, which counts as one attempt', async () => {
    const { id, lease } = await claimed();
    const fault = { stopReason: 'trainer_crashed', message: 'it crashed' } as const;
    const { before, answer } = await twice(id, ['COMMIT', 'released_token'], () =>
      far.jobs.retry(lease, fault, 3),
    );
    expect(answer).toMatchObject({ id, attempt: 1 });
    expect(await everything(id)).toEqual(before);
  });
});

describe('a write that is not a repetition is refused:', () => {
  test('a numbered append by a worker that lost its lease', async () => {
    const { id, lease } = await claimed();
    await store().jobs.append(lease, [says('a')], { write: 1 });
    await expire(id);
    await store().jobs.reclaim(3);
    expect(await store().jobs.append(lease, [says('a')], { write: 1 })).toBe(false);
    await store().jobs.claim(id, 'w2', 60);
    expect(await store().jobs.append(lease, [says('a')], { write: 1 })).toBe(false);
  });

  test('finishing a job that was reclaimed, or that the worker itself released', async () => {
    const end = { status: 'succeeded', stopReason: 'completed' } as const;
    const lost = await claimed();
    await expire(lost.id);
    await store().jobs.reclaim(1);
    expect(await store().jobs.finish(lost.lease, end)).toBe(false);
    const back = await claimed();
    await store().jobs.release(back.lease);
    expect(await store().jobs.finish(back.lease, end)).toBe(false);
    await store().jobs.claim(back.id, 'w2', 60);
    expect(await store().jobs.release(back.lease)).toBeNull();
  });
});
