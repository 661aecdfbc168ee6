import { describe, expect, test } from 'vitest';
import { KeyTaken } from '#store/idempotency.ts';
import type { JobRecord, KeepReply } from '#store/store.ts';
import { newDataset, newJob } from '../support/jobs.ts';
import { runSql } from '../support/postgres.ts';
import { useStore } from '../support/store.ts';

const { store, url } = useStore();
const find = (key: string, hash = 'h1', scope = 'POST /jobs') => store().idempotency.find(scope, key, hash);

const replyTo = ({ id }: { id: string }) => ({ status: 201, body: id, headers: { location: `/jobs/${id}` } });
const keep = (key: string, bodyHash = 'h1'): KeepReply<JobRecord> => ({
  scope: 'POST /jobs',
  key,
  bodyHash,
  reply: replyTo,
});
const count = async (table: string) =>
  (await runSql<{ n: number }>(url(), `SELECT count(*)::int AS n FROM ${table}`))[0]!.n;

async function age(key: string, interval: string): Promise<void> {
  await runSql(
    url(),
    `UPDATE idempotency_key SET created_at = created_at - interval '${interval}' WHERE key = '${key}'`,
  );
}

describe('a key', () => {
  test('replays the reply for a day', async () => {
    const job = await store().jobs.create(newJob(), keep('a'));
    expect(await find('a')).toEqual({ state: 'replay', reply: replyTo(job) });
    await age('a', '23 hours 59 minutes');
    expect(await find('a')).toMatchObject({ state: 'replay' });
    await age('a', '2 minutes');
    expect(await find('a')).toEqual({ state: 'new' });
    const next = await store().jobs.create(newJob(), keep('a', 'h2'));
    expect(await find('a', 'h2')).toEqual({ state: 'replay', reply: replyTo(next) });
  });

  test('with another body is a mismatch, and in another scope a different key', async () => {
    await store().jobs.create(newJob(), keep('b'));
    expect(await find('b', 'h2')).toEqual({ state: 'mismatch' });
    expect(await find('b', 'h1', 'POST /datasets')).toEqual({ state: 'new' });
  });

  test('used concurrently creates once, its dataset included', async () => {
    const [jobs, datasets] = [await count('job'), await count('dataset')];
    const all = await Promise.allSettled(
      Array.from({ length: 12 }, () => store().jobs.create(newJob(), keep('c'))),
    );
    const created = all.filter((result) => result.status === 'fulfilled');
    expect(created).toHaveLength(1);
    for (const result of all) {
      if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(KeyTaken);
    }
    expect([await count('job'), await count('dataset')]).toEqual([jobs + 1, datasets + 1]);
    expect(await find('c')).toEqual({ state: 'replay', reply: replyTo(created[0]!.value) });
  });

  test('stays free if the create fails after taking it', async () => {
    const reply = () => {
      throw new Error('died before the commit');
    };
    const datasets = await count('dataset');
    await expect(store().datasets.create(newDataset(), { ...keep('d'), reply })).rejects.toThrow('died');
    expect(await find('d')).toEqual({ state: 'new' });
    expect(await count('dataset')).toBe(datasets);
  });
});
