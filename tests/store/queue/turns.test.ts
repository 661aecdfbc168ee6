// The order of claims: priority, then tenants in turn, then age. The oracle is the rule, implemented here in JavaScript.

import { beforeEach, describe, expect, it } from 'vitest';
import { newId } from '#contracts/ids.ts';
import { DEFAULT_LIMITS, type SomeLimits, withDefaults } from '#contracts/keys/key-limits.ts';
import { uniforms } from '#engine/random.ts';
import type { NewJob } from '#store/store.ts';
import { newDataset, newJob, newSpec } from '../../support/jobs.ts';
import { runSql } from '../../support/postgres.ts';
import { useStore } from '../../support/store.ts';

const { store, url } = useStore();
const LONG = 600;

beforeEach(async () => {
  await runSql(url(), 'DELETE FROM job');
});

async function key(limits: SomeLimits) {
  const id = newId('key');
  const row = { id, name: 'x', tenant: 'any', hash: id, hint: 'abcd', limits: withDefaults(limits) };
  await store().keys.create(row);
  return { id, limits: row.limits };
}

async function wait(tenant: string, change: Partial<NewJob> = {}): Promise<string> {
  const own = store().forTenant(tenant);
  const dataset = newDataset();
  await own.datasets.create(dataset);
  const { dataset: _, ...job } = newJob({ ...change, spec: newSpec(dataset.id) });
  return (await own.jobs.create(job)).id;
}

const next = async () => (await store().jobs.claimNext('w', LONG))?.job.id ?? null;
const end = async (id: string) => {
  await runSql(url(), `UPDATE job SET status = 'succeeded' WHERE id = '${id}'`);
};

describe('a claim', () => {
  it('takes the oldest job of a single tenant', async () => {
    const ids = [await wait('a'), await wait('a'), await wait('a')];
    expect([await next(), await next(), await next(), await next()]).toEqual([...ids, null]);
  });

  it('gives a tenant with one job its turn, however many another one has', async () => {
    const many = [];
    for (let i = 0; i < 10; i++) many.push(await wait('many'));
    const one = await wait('one');
    expect(await next()).toBe(many[0]);
    expect(await next()).toBe(one);
    expect(await next()).toBe(many[1]);
  });

  it('takes the highest priority first, whatever its tenant', async () => {
    const low = await wait('a', { priority: -1 });
    const plain = await wait('a');
    await wait('b');
    const high = await wait('a', { priority: 3 });
    expect(await next()).toBe(high);
    // `a` runs one job by now, and `b` none.
    expect(await next()).not.toBe(plain);
    expect(await next()).toBe(plain);
    expect(await next()).toBe(low);
  });

  it("skips jobs over their key's limit, without delaying others", async () => {
    const tight = await key({ running_jobs: 1 });
    const first = await wait('a', { key: tight });
    const second = await wait('a', { key: tight });
    const other = await wait('a');
    expect(await next()).toBe(first);
    expect(await next()).toBe(other);
    expect(await next()).toBeNull();
    expect((await store().jobs.waiting(100)).map(({ id }) => id)).toEqual([]);
    await end(first);
    expect((await store().jobs.waiting(100)).map(({ id }) => id)).toEqual([second]);
    expect(await next()).toBe(second);
  });

  it('takes each job once and respects the limits under concurrent claims', async () => {
    const tight = await key({ running_jobs: 3 });
    for (let i = 0; i < 8; i++) await wait('a', { key: tight });
    for (let i = 0; i < 4; i++) await wait('b');
    const claims = await Promise.all(Array.from({ length: 16 }, next));
    const taken = claims.filter((id) => id !== null);
    expect(taken).toHaveLength(3 + 4);
    expect(new Set(taken).size).toBe(7);
  });
});

describe('the place in the queue', () => {
  /** The specified order: what successive claims take if no job ends. */
  function order(jobs: { id: string; tenant: string; priority: number }[], running: Map<string, number>) {
    const waiting = [...jobs];
    const order: string[] = [];
    while (waiting.length > 0) {
      const turn = (job: (typeof jobs)[number]) => running.get(job.tenant) ?? 0;
      waiting.sort((x, y) => y.priority - x.priority || turn(x) - turn(y) || (x.id < y.id ? -1 : 1));
      const first = waiting.shift()!;
      running.set(first.tenant, turn(first) + 1);
      order.push(first.id);
    }
    return order;
  }

  it.each([1, 2, 3])('is the order in which jobs are claimed (queue %i)', async (seed) => {
    const draws = uniforms(seed, 0, 100).values();
    const draw = (n: number) => Math.floor(draws.next().value! * n);
    const running = new Map<string, number>();
    for (let i = 0; i < 3; i++) {
      const tenant = 'abc'[draw(3)]!;
      await wait(tenant);
      await next();
      running.set(tenant, (running.get(tenant) ?? 0) + 1);
    }
    const jobs = [];
    for (let i = 0; i < 14; i++) {
      const tenant = 'abcd'[draw(4)]!;
      const priority = draw(3) - 1;
      jobs.push({ id: await wait(tenant, { priority }), tenant, priority });
    }
    const wanted = order(jobs, running);
    const places = await store().queuePlaces.of(jobs.map(({ id }) => id));
    const told = [...places].sort(([, x], [, y]) => x.position - y.position).map(([id]) => id);
    expect(told).toEqual(wanted);
    expect([...places.values()].map(({ position }) => position).sort((x, y) => x - y)).toEqual(
      jobs.map((_, i) => i + 1),
    );
    const newcomer = { tenant: 'd', priority: 0, keyId: null };
    const { position } = await store().queuePlaces.next(newcomer);
    const created = await wait('d');
    expect((await store().queuePlaces.of([created])).get(created)?.position).toBe(position);
    await runSql(url(), `DELETE FROM job WHERE id = '${created}'`);
    const claimed = [];
    for (const _ of wanted) claimed.push(await next());
    expect(claimed).toEqual(wanted);
  });

  it("does not count jobs blocked by their key's limit toward their tenant's turns", async () => {
    const tight = await key({ running_jobs: 1 });
    const own = [await wait('a', { key: tight }), await wait('a', { key: tight }), await wait('a')];
    const other = [await wait('b'), await wait('b')];
    const wanted = [own[0], other[0], own[2], other[1], own[1]];
    const places = await store().queuePlaces.of(wanted as string[]);
    expect(wanted.map((id) => places.get(id as string)?.position)).toEqual([1, 2, 3, 4, 5]);
    const claimed = [await next(), await next(), await next(), await next(), await next()];
    expect(claimed).toEqual([...wanted.slice(0, 4), null]);
  });

  it("of a job blocked by its key's limit is behind all others, with no estimated start", async () => {
    const tight = await key({ running_jobs: 1 });
    await wait('a', { key: tight, priority: 0 });
    await next();
    const blocked = await wait('a', { key: tight });
    const other = await wait('b', { priority: -5 });
    const places = await store().queuePlaces.of([blocked, other]);
    expect(places.get(other)?.position).toBe(1);
    expect(places.get(blocked)).toEqual({ position: 2, estimatedStart: null });
    const newcomer = { tenant: 'a', priority: 0, keyId: tight.id };
    expect((await store().queuePlaces.next(newcomer)).position).toBe(3);
  });
});

it('a limit missing from a key of an earlier version gets its default', async () => {
  const { id } = await key({});
  await runSql(url(), `UPDATE api_key SET limits = '{}' WHERE id = '${id}'`);
  expect((await store().keys.get(id))?.limits).toEqual(DEFAULT_LIMITS);
});

it('a claim whose reply was lost returns the same job when retried', async () => {
  const token = '00000000-0000-4000-8000-000000000001';
  const [first, second] = [await wait('a'), await wait('a')];
  const taken = await store().jobs.claimNext('w', LONG, { token });
  const again = await store().jobs.claimNext('w', LONG, { token, again: true });
  expect(again?.lease).toEqual(taken?.lease);
  expect(again?.job.id).toBe(first);
  const other = await store().jobs.claimNext('w', LONG, {
    token: '00000000-0000-4000-8000-000000000002',
    again: true,
  });
  expect(other?.job.id).toBe(second);
});
