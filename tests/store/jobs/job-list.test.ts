import { describe, expect, test } from 'vitest';
import type { JobPage } from '#store/jobs/job-list.ts';
import { createJob } from '../../support/jobs.ts';
import { runSql } from '../../support/postgres.ts';
import { useStore } from '../../support/store.ts';

const { store, url } = useStore();

/** The ids of all pages, two jobs per page. */
async function walk(page: Omit<JobPage, 'limit'>, between: () => Promise<unknown> = async () => {}) {
  const ids: string[] = [];
  for (;;) {
    const after = ids.at(-1);
    const { items, hasMore } = await store().jobs.list({ ...page, limit: 2, after });
    ids.push(...items.map(({ id }) => id));
    if (!hasMore) return ids;
    await between();
  }
}

async function finished(losses: readonly (number | null)[], metadata: Record<string, string>) {
  const ids: string[] = [];
  for (const loss of losses) {
    const { id } = await createJob(store(), { metadata });
    const { lease } = (await store().jobs.claim(id, 'w', 60))!;
    const best = { epoch: 1, metrics: { val_loss: loss ?? 0 }, nonfinite: {} };
    await store().jobs.append(lease, [], loss === null ? {} : { best });
    await store().jobs.finish(lease, { status: 'succeeded', stopReason: 'completed' });
    ids.push(id);
  }
  return ids;
}

describe('a list', () => {
  test('is filtered by status, part of the name, metadata and time, all at once', async () => {
    const metadata = { team: 'filters' };
    const a = await createJob(store(), { name: 'MNIST 100% wide', metadata });
    const b = await createJob(store(), { name: 'mnist deep', metadata: { ...metadata, run: '2' } });
    await store().jobs.requestCancel(b.id);
    const ids = (page: Omit<JobPage, 'limit'>) => walk({ metadata, ...page });
    expect(await ids({ name: 'Mnist' })).toEqual([b.id, a.id]);
    expect(await ids({ name: '0% w' })).toEqual([a.id]);
    expect(await ids({ name: '_' })).toEqual([]);
    expect(await ids({ status: ['queued'] })).toEqual([a.id]);
    expect(await ids({ status: ['queued', 'cancelled'] })).toEqual([b.id, a.id]);
    expect(await ids({ metadata: { team: 'filters', run: '2' } })).toEqual([b.id]);
    expect(await ids({ metadata: { "team' OR true --": 'filters' } })).toEqual([]);
    expect(await ids({ createdAfter: new Date(Date.now() + 60_000) })).toEqual([]);
    const day = 86_400_000;
    expect(
      await ids({ createdAfter: new Date(Date.now() - day), createdBefore: new Date(Date.now() + day) }),
    ).toEqual([b.id, a.id]);
  });

  test('sorted by a metric has each job that measured it once, ties included, while others are created', async () => {
    const metadata = { team: 'metric' };
    const [a, b, c, d, e] = await finished([0.5, 0.25, 0.5, null, 0.75], metadata);
    const come = () => finished([0.1], { team: 'others' });
    const order = { by: { best: 'val_loss' }, descending: false } as const;
    expect(await walk({ metadata, order }, come)).toEqual([b, a, c, e]);
    expect(await walk({ metadata, order: { ...order, descending: true } }, come)).toEqual([e, c, a, b]);
    expect(d).toBeDefined();
  });

  test('sorted by finished_at leaves out unfinished jobs', async () => {
    const metadata = { team: 'ends' };
    const waiting = await createJob(store(), { metadata });
    const [a, b, c] = await finished([1, 2, 3], metadata);
    await runSql(url(), `UPDATE job SET finished_at = '2020-01-01' WHERE id = '${c}'`);
    const by = 'finished_at';
    expect(await walk({ metadata, order: { by, descending: false } })).toEqual([c, a, b]);
    expect(await walk({ metadata, order: { by, descending: true } })).toEqual([b, a, c]);
    expect(await walk({ metadata, order: { by: 'created_at', descending: false } })).toEqual([
      waiting.id,
      a,
      b,
      c,
    ]);
  });
});

describe('an estimated start', () => {
  test('is when enough running jobs will have ended by their own estimates, and null beyond that', async () => {
    await runSql(url(), `UPDATE job SET status = 'cancelled' WHERE status = 'queued'`);
    const now = Date.now();
    for (const etaSeconds of [3600, 60]) {
      const { id } = await createJob(store());
      const { lease } = (await store().jobs.claim(id, 'w', 600))!;
      const progress = { epoch: 1, step: 2, etaSeconds, runningLoss: null, samplesPerSec: null };
      await store().jobs.append(lease, [{ type: 'log', data: { level: 'info', message: 'x' } }], {
        progress,
      });
    }
    const waiting = [await createJob(store()), await createJob(store()), await createJob(store())];
    const places = await store().queuePlaces.of(waiting.map(({ id }) => id));
    const [first, second, third] = waiting.map(({ id }) => places.get(id)!);
    expect([first, second, third].map((place) => place!.position)).toEqual([1, 2, 3]);
    const inSeconds = (at: Date | null) => Math.round(((at as Date).getTime() - now) / 60_000) * 60;
    expect(inSeconds(first!.estimatedStart)).toBe(60);
    expect(inSeconds(second!.estimatedStart)).toBe(3600);
    expect(third!.estimatedStart).toBeNull();
    const newcomer = { tenant: 'default', priority: 0, keyId: null };
    expect(await store().queuePlaces.next(newcomer)).toEqual({ position: 4, estimatedStart: null });
    expect((await store().queuePlaces.of(['job_unknown'])).size).toBe(0);
  });
});
