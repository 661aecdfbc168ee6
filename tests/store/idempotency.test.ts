import { describe, expect, test } from 'vitest';
import { runSql } from '../support/postgres.ts';
import { useStore } from '../support/store.ts';

const { store, url } = useStore();
const keys = () => store().idempotency;
const reply = { status: 201, body: '{"id":"job_1"}', headers: { location: '/jobs/job_1' } };

async function begin(scope: string, key: string, hash = 'h1'): Promise<string> {
  const begun = await keys().begin(scope, key, hash);
  if (begun.state !== 'new') throw new Error(`expected a new key, and it is ${begun.state}`);
  return begun.token;
}

async function age(key: string, interval: string): Promise<void> {
  await runSql(
    url(),
    `UPDATE idempotency_key SET created_at = created_at - interval '${interval}',
     locked_until = locked_until - interval '${interval}' WHERE key = '${key}'`,
  );
}

describe('a key', () => {
  test('that was answered gives the same reply for a day', async () => {
    await keys().finish(await begin('POST /jobs', 'a'), reply);
    expect(await keys().begin('POST /jobs', 'a', 'h1')).toEqual({ state: 'replay', reply });
    await age('a', '23 hours 59 minutes');
    expect(await keys().begin('POST /jobs', 'a', 'h1')).toEqual({ state: 'replay', reply });
    await age('a', '2 minutes');
    expect(await keys().begin('POST /jobs', 'a', 'h1')).toMatchObject({ state: 'new' });
  });

  test('with another body is a mismatch, answered or not', async () => {
    const token = await begin('POST /jobs', 'b');
    expect(await keys().begin('POST /jobs', 'b', 'h2')).toEqual({ state: 'mismatch' });
    await keys().finish(token, reply);
    expect(await keys().begin('POST /jobs', 'b', 'h2')).toEqual({ state: 'mismatch' });
  });

  test('of another scope is another key', async () => {
    await keys().finish(await begin('POST /jobs', 'c'), reply);
    expect(await keys().begin('POST /datasets', 'c', 'h1')).toMatchObject({ state: 'new' });
  });

  test('is new for one of many that come at once', async () => {
    const all = await Promise.all(Array.from({ length: 12 }, () => keys().begin('POST /jobs', 'd', 'h1')));
    expect(all.map((begun) => begun.state).sort()).toEqual([...Array(11).fill('in_progress'), 'new']);
  });

  test('that was abandoned is new again at once', async () => {
    await keys().abandon(await begin('POST /jobs', 'e'));
    await begin('POST /jobs', 'e', 'h2');
  });

  test('whose first request died is new again after a while, and that request can say nothing any more', async () => {
    const dead = await begin('POST /jobs', 'f');
    await age('f', '6 minutes');
    const token = await begin('POST /jobs', 'f');
    await keys().finish(dead, { ...reply, body: 'late' });
    await keys().abandon(dead);
    await keys().finish(token, reply);
    expect(await keys().begin('POST /jobs', 'f', 'h1')).toEqual({ state: 'replay', reply });
  });
});
