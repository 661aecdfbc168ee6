import { afterAll, beforeAll, expect, it } from 'vitest';
import type { EventBody } from '#contracts/jobs/events.ts';
import { openDatabase } from '#store/database.ts';
import { thinEvents } from '#store/events/thin-events.ts';
import { trained } from '../../support/jobs.ts';
import { says, useLeasedJobs } from '../../support/leased.ts';
import { quietLog } from '../../support/log.ts';
import { runSql } from '../../support/postgres.ts';

const { store, url, claimed, jobs } = useLeasedJobs();
let database: Awaited<ReturnType<typeof openDatabase>>;
beforeAll(async () => {
  database = await openDatabase({ url: url(), log: quietLog, patienceMs: 1_000 });
});
afterAll(() => database.close());

const epoch = (n: number): EventBody => ({
  type: 'metrics',
  data: {
    epoch: n,
    epochs: 3,
    step: n,
    metrics: { train_loss: 1 / n },
    nonfinite: {},
    learning_rate: 0.1,
    samples_per_sec: 1,
    eta_seconds: 0,
  },
});

/** A job that ended `days` days ago, after three epochs with a log event in between. */
async function ended(days: number, { blocks = true } = {}): Promise<string> {
  const { id, lease } = await claimed();
  const history = [{ firstEpoch: 1, names: ['train_loss'], values: Float64Array.of(1, 1 / 2, 1 / 3) }];
  await jobs().append(lease, [epoch(1), epoch(2), says('half way'), epoch(3)], blocks ? { history } : {});
  await jobs().finish(lease, { status: 'succeeded', stopReason: 'completed', ...trained('model') });
  await runSql(
    url(),
    `UPDATE job SET finished_at = clock_timestamp() - interval '${days} days 1 hour' WHERE id = '${id}'`,
  );
  return id;
}
const thin = (days: number) => thinEvents(database, days, new AbortController().signal);
const eventsOf = (id: string, after = 0) => store().events.list(id, { after, limit: 100 });

it('deletes the metrics events of jobs that ended long ago, once, and keeps their values and all other events', async () => {
  const [old, young] = [await ended(8), await ended(6)];
  const { id: running } = await claimed();
  const before = await eventsOf(old);
  const untouched = [await eventsOf(young), await eventsOf(running)];
  expect(await thin(7)).toEqual({ jobs: 1, events: 3 });
  expect(await thin(7)).toEqual({ jobs: 0, events: 0 });
  const after = await eventsOf(old);
  const kept = before.filter(({ type }) => type !== 'metrics');
  expect(after.map(({ skipped: _, ...event }) => event)).toEqual(kept);
  expect([await eventsOf(young), await eventsOf(running)]).toEqual(untouched);
  const values: number[] = [];
  for await (const block of store().history.read(old, { from: 1, to: 3 })) values.push(...block.values);
  expect(values).toEqual([1, 1 / 2, 1 / 3]);
  expect((await jobs().get(old))?.lastSeq).toBe(before.at(-1)?.seq);
});

it('reports with each event how many before it were deleted, from any cursor', async () => {
  const id = await ended(8);
  const [first] = (await eventsOf(id)).filter(({ type }) => type === 'metrics');
  await thin(7);
  for (const after of [0, first!.seq - 1, first!.seq, first!.seq + 2]) {
    let cursor = after;
    for (const { seq, skipped = 0 } of await eventsOf(id, after)) {
      expect(seq - skipped).toBe(cursor + 1);
      cursor = seq;
    }
  }
  const skipped = (await eventsOf(id)).map((event) => event.skipped);
  expect(skipped.filter((count) => count !== undefined)).toEqual([2, 1]);
});

it('keeps metrics events whose values are stored nowhere else', async () => {
  const id = await ended(8, { blocks: false });
  const before = await eventsOf(id);
  await thin(7);
  expect(await eventsOf(id)).toEqual(before);
});
