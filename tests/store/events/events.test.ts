import { describe, expect, test } from 'vitest';
import type { EventBody, JobEvent } from '#contracts/jobs/events.ts';
import { JobEvent as JobEventSchema } from '#contracts/jobs/events.ts';
import { openStore, type Store } from '#store/store.ts';
import { createJob } from '../../support/jobs.ts';
import { quietLog } from '../../support/log.ts';
import { runSql } from '../../support/postgres.ts';
import { useStore } from '../../support/store.ts';

const { store, url } = useStore();

const says = (message: string): EventBody => ({ type: 'log', data: { level: 'info', message } });

async function withOtherProcess<T>(work: (other: Store) => Promise<T>): Promise<T> {
  const other = await openStore({ databaseUrl: url(), redisUrl: null, log: quietLog });
  try {
    return await work(other);
  } finally {
    await other.close();
  }
}

/** Reads as a stream does: from a cursor, on every notification, until `done`. */
async function follow(from: Store, jobId: string, after = 0): Promise<JobEvent[]> {
  const events: JobEvent[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let cursor = after;
  let reading = false;
  let again = false;
  const read = async () => {
    if (reading) {
      again = true;
      return;
    }
    reading = true;
    do {
      again = false;
      const page = await from.events.list(jobId, { after: cursor, limit: 7 });
      events.push(...page);
      cursor = events.at(-1)?.seq ?? cursor;
      if (page.length === 7) again = true;
    } while (again);
    reading = false;
    if (events.at(-1)?.type === 'done') resolve();
  };
  const unsubscribe = await from.events.subscribe(jobId, () => void read().catch(reject));
  await read();
  await promise;
  unsubscribe();
  return events;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('list', () => {
  test('returns events that match the contract, after the cursor, at most `limit`', async () => {
    const { id } = await createJob(store());
    const events = await store().events.list(id, { after: 0, limit: 10 });
    for (const event of events) expect(JobEventSchema.parse(event)).toEqual(event);
    expect(Math.abs(events[0]!.ts - Date.now())).toBeLessThan(60_000);
    expect(await store().events.list(id, { after: 0, limit: 1 })).toEqual(events.slice(0, 1));
    expect(await store().events.list(id, { after: 1, limit: 10 })).toEqual(events.slice(1));
    expect(await store().events.list('job_unknown', { after: 0, limit: 10 })).toEqual([]);
  });

  test('ends with the event that reaches the byte limit, and returns a larger one alone', async () => {
    const { id } = await createJob(store());
    const { lease } = (await store().jobs.claim(id, 'w', 60))!;
    await store().jobs.append(lease, [says('x'.repeat(10_000)), says('a'), says('b'), says('c')]);
    const page = (after: number, bytes: number) => store().events.list(id, { after, limit: 10, bytes });
    const seqs = async (after: number, bytes: number) => (await page(after, bytes)).map(({ seq }) => seq);
    expect(await seqs(3, 100)).toEqual([4]);
    expect(await seqs(4, 30)).toEqual([5]);
    const oneAndAHalf = 1.5 * JSON.stringify(says('a').data).length;
    expect(await seqs(4, oneAndAHalf)).toEqual([5, 6]);
    expect(await seqs(0, 1e6)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });
});

describe('a reader in another process', () => {
  test('that follows by cursor and notifications misses and repeats nothing', async () => {
    await withOtherProcess(async (other) => {
      const runs = Array.from({ length: 6 }, async (_, run) => {
        const { id } = await createJob(store());
        const readers = [
          follow(other, id),
          pause(30 * run).then(() => follow(other, id)),
          follow(store(), id, 2),
        ];
        const { lease } = (await store().jobs.claim(id, 'w', 60))!;
        for (let i = 0; i < 30; i++) {
          await store().jobs.append(lease, [says(`${i}`), says(`${i}`)]);
          if (i % 10 === run) await pause(20);
        }
        await store().jobs.finish(lease, { status: 'succeeded', stopReason: 'completed' });
        const total = 2 + 1 + 60 + 2;
        const numbers = (from: number) => Array.from({ length: total - from }, (_, i) => from + i + 1);
        const [one, late, behind] = await Promise.all(readers);
        expect(one?.map((event) => event.seq)).toEqual(numbers(0));
        expect(late).toEqual(one);
        expect(behind?.map((event) => event.seq)).toEqual(numbers(2));
      });
      await Promise.all(runs);
    });
  });

  test('recovers when the listening connection is lost', async () => {
    await withOtherProcess(async (other) => {
      const { id } = await createJob(store());
      const reader = follow(other, id);
      const { lease } = (await store().jobs.claim(id, 'w', 60))!;
      for (let i = 0; i < 5; i++) {
        await runSql(
          url(),
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE application_name = 'epochd notifications' AND datname = current_database()`,
        );
        await store().jobs.append(lease, [says(`${i}`)]);
        await pause(20);
      }
      await store().jobs.finish(lease, { status: 'succeeded', stopReason: 'completed' });
      expect((await reader).map((event) => event.seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    });
  });

  test('is notified within seconds even if the writer died after its commit, before notifying', async () => {
    const { id } = await createJob(store());
    let notifications = 0;
    const unsubscribe = await store().events.subscribe(id, () => notifications++);
    // The first comparison always notifies, having no previous state.
    await expect.poll(() => notifications, { timeout: 10_000 }).toBeGreaterThan(0);
    const before = notifications;
    await runSql(
      url(),
      `WITH counted AS (UPDATE job SET last_seq = last_seq + 1 WHERE id = '${id}' RETURNING *)
       INSERT INTO job_event (job_id, seq, type, attempt, data)
       SELECT id, last_seq, 'log', 0, '{"level":"info","message":"silent"}' FROM counted`,
    );
    await expect.poll(() => notifications, { timeout: 10_000 }).toBeGreaterThan(before);
    unsubscribe();
  });

  test('is notified after the listening connection was lost, in case it missed something', async () => {
    const { id } = await createJob(store());
    let notifications = 0;
    const unsubscribe = await store().events.subscribe(id, () => notifications++);
    // From here on comparisons find nothing new.
    await expect.poll(() => notifications, { timeout: 10_000 }).toBe(1);
    await runSql(
      url(),
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE application_name = 'epochd notifications' AND datname = current_database()`,
    );
    await expect.poll(() => notifications, { timeout: 10_000 }).toBe(2);
    unsubscribe();
  });

  test('is notified when the job is deleted', async () => {
    const { id } = await createJob(store());
    await store().jobs.requestCancel(id);
    const { promise, resolve } = Promise.withResolvers<void>();
    const unsubscribe = await store().events.subscribe(id, resolve);
    await store().jobs.delete(id);
    await promise;
    unsubscribe();
  });
});

test('a thousand appends notify at most about twenty times a second', async () => {
  const { id } = await createJob(store());
  const { lease } = (await store().jobs.claim(id, 'w', 60))!;
  await pause(600);
  let notifications = 0;
  const unsubscribe = await store().events.subscribe(id, () => notifications++);
  const begun = performance.now();
  for (let i = 0; i < 1000; i++) await store().jobs.append(lease, [says('x')]);
  const seconds = (performance.now() - begun) / 1000;
  await pause(100);
  unsubscribe();
  expect(notifications).toBeGreaterThan(0);
  // The burst of ten, then twenty a second, plus a comparison every two seconds.
  expect(notifications).toBeLessThanOrEqual(10 + 20 * (seconds + 0.2) + seconds);
});

test('a cancelled subscription is not notified, and another one still is', async () => {
  const { id } = await createJob(store());
  let first = 0;
  let second = 0;
  const end = await store().events.subscribe(id, () => first++);
  const endSecond = await store().events.subscribe(id, () => second++);
  end();
  await store().jobs.requestCancel(id);
  await expect.poll(() => second).toBeGreaterThan(0);
  expect(first).toBe(0);
  endSecond();
});
