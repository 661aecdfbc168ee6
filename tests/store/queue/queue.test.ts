import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { JOB_QUEUE } from '#contracts/jobs/queue.ts';
import { openStore, type QueueWorker, type Store } from '#store/store.ts';
import { createJob } from '../../support/jobs.ts';
import { quietLog, rememberingLog } from '../../support/log.ts';
import { freshDatabase, runSql } from '../../support/postgres.ts';
import { freePort, type RedisServer, startRedis } from '../../support/redis.ts';

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const places = [
  { kind: 'postgres', isHere: true },
  { kind: 'redis', isHere: inject('hasRedis') },
] as const;

describe.each(places)('the queue on $kind', ({ kind, isHere }) => {
  describe.skipIf(!isHere)('a real queue', () => {
    let databaseUrl = '';
    let redis: RedisServer | null = null;
    const open: { close(): Promise<void> }[] = [];

    beforeAll(async () => {
      if (kind === 'redis') redis = await startRedis();
      return async () => redis?.stop();
    });

    /** A store as one process has it. Each test has its own database and an empty queue. */
    async function openOne(): Promise<Store> {
      const store = await openStore({ databaseUrl, redisUrl: redis?.url ?? null, log: quietLog });
      open.push(store);
      return store;
    }
    async function openFresh(): Promise<Store> {
      databaseUrl = await freshDatabase();
      if (redis !== null) {
        const client = new Redis(redis.url);
        await client.flushall();
        client.disconnect();
      }
      return openOne();
    }
    async function work(
      store: Store,
      handler: (id: string) => Promise<void>,
      concurrency = 1,
    ): Promise<QueueWorker> {
      const worker = await store.queue.work(handler, { concurrency });
      open.push(worker);
      return worker;
    }
    /** The number of jobs in the queue, in any state. */
    async function remembered(): Promise<number> {
      if (redis === null) {
        const rows = await runSql<{ n: number }>(
          databaseUrl,
          'SELECT count(*)::int AS n FROM epochd_queue.job',
        );
        return rows[0]!.n;
      }
      const queue = new Queue(JOB_QUEUE, { connection: { url: redis.url }, prefix: 'epochd' });
      const counts = await queue.getJobCounts();
      await queue.close();
      return Object.values(counts).reduce((sum, n) => sum + n, 0);
    }

    afterEach(async () => {
      for (const one of open.splice(0).reverse()) await one.close();
    });

    test('reports its kind and answers a ping', async () => {
      const store = await openFresh();
      expect(store.queue.kind).toBe(kind);
      await store.ping();
    });

    test('delivers a job to a worker of another process, and forgets it once handled', async () => {
      const [api, other] = [await openFresh(), await openOne()];
      const heard: string[] = [];
      await work(other, async (id) => void heard.push(id));
      const job = await createJob(api);
      await api.queue.add(job);
      // Nothing reconciles in this test, so only the queue can deliver it.
      await expect.poll(() => heard, { timeout: 10_000 }).toEqual([job.id]);
      await expect.poll(remembered).toBe(0);
    });

    test('notifies once for an attempt added repeatedly, and again for the next attempt', async () => {
      const store = await openFresh();
      const job = await createJob(store);
      await Promise.all(Array.from({ length: 8 }, () => store.queue.add(job)));
      expect(await remembered()).toBe(1);
      await store.queue.add({ id: job.id, attempt: 1 });
      expect(await remembered()).toBe(2);
      const heard: string[] = [];
      await work(store, async (id) => void heard.push(id));
      await expect.poll(remembered).toBe(0);
      expect(heard).toEqual([job.id, job.id]);
    });

    test('notifies again for a job it has forgotten', async () => {
      const store = await openFresh();
      const heard: string[] = [];
      await work(store, async (id) => void heard.push(id));
      const job = await createJob(store);
      for (let i = 1; i <= 3; i++) {
        await store.queue.add(job);
        await expect.poll(() => heard.length).toBe(i);
        await expect.poll(remembered).toBe(0);
      }
    });

    test("preserves the order, and delivers up to the worker's concurrency at once", async () => {
      const store = await openFresh();
      const ids: string[] = [];
      for (let i = 0; i < 6; i++) {
        const job = await createJob(store);
        ids.push(job.id);
        await store.queue.add(job);
      }
      const heard: string[] = [];
      const gate = Promise.withResolvers<void>();
      await work(
        store,
        async (id) => {
          heard.push(id);
          await gate.promise;
        },
        2,
      );
      await expect.poll(() => heard.length).toBe(2);
      await pause(100);
      expect(heard).toEqual(ids.slice(0, 2));
      gate.resolve();
      await expect.poll(() => heard.length).toBe(6);
      expect([...heard].sort()).toEqual([...ids].sort());
    });

    test('survives a handler that throws, and does not keep its job', async () => {
      const store = await openFresh();
      const heard: string[] = [];
      await work(store, async (id) => {
        heard.push(id);
        if (heard.length === 1) throw new Error('no');
      });
      const [a, b] = [await createJob(store), await createJob(store)];
      await store.queue.add(a);
      await store.queue.add(b);
      await expect.poll(() => heard).toEqual([a.id, b.id]);
      await expect.poll(remembered).toBe(0);
    });

    test('a closing worker waits for its handler and takes no more jobs', async () => {
      const store = await openFresh();
      const gate = Promise.withResolvers<void>();
      const heard: string[] = [];
      const worker = await work(store, async (id) => {
        heard.push(id);
        await gate.promise;
      });
      const [a, b] = [await createJob(store), await createJob(store)];
      await store.queue.add(a);
      await store.queue.add(b);
      await expect.poll(() => heard).toEqual([a.id]);
      let closed = false;
      const closing = worker.close().then(() => {
        closed = true;
      });
      await pause(100);
      expect(closed).toBe(false);
      gate.resolve();
      await closing;
      expect(heard).toEqual([a.id]);
      expect(await remembered()).toBe(1);
    });
  });
});

describe.skipIf(!inject('hasRedis'))('a Redis server', () => {
  test('that may evict keys causes a warning at the start, and only then', async () => {
    for (const policy of ['allkeys-lru', 'noeviction']) {
      const redis = await startRedis({ policy });
      const log = rememberingLog();
      const store = await openStore({ databaseUrl: await freshDatabase(), redisUrl: redis.url, log });
      await store.close();
      await redis.stop();
      const warnings = log.lines.filter((line) => line.level === 'warn').map((line) => line.message);
      if (policy === 'noeviction') expect(warnings).toEqual([]);
      else expect(warnings).toEqual([expect.stringContaining('maxmemory-policy allkeys-lru')]);
    }
  });

  test('that starts late is waited for', async () => {
    const port = await freePort();
    const opening = openStore({
      databaseUrl: await freshDatabase(),
      redisUrl: `redis://127.0.0.1:${port}`,
      log: quietLog,
      patienceMs: 10_000,
    });
    await pause(500);
    const redis = await startRedis({ port });
    await (await opening).close();
    await redis.stop();
  });

  test('that dies makes notifying fail fast, loses no row, and is used again when it is back, though empty', async () => {
    const first = await startRedis();
    const port = Number(new URL(first.url).port);
    const store = await openStore({ databaseUrl: await freshDatabase(), redisUrl: first.url, log: quietLog });
    const heard: string[] = [];
    const worker = await store.queue.work(async (id) => void heard.push(id), { concurrency: 1 });
    await first.stop();

    const job = await createJob(store);
    await expect(store.queue.add(job)).rejects.toThrow();
    await expect(store.ping()).rejects.toThrow();

    const second = await startRedis({ port });
    const reconcile = async () => {
      for (const waiting of await store.jobs.waiting(100)) await store.queue.add(waiting).catch(() => {});
      return heard.includes(job.id);
    };
    await expect.poll(reconcile, { timeout: 15_000, interval: 100 }).toBe(true);
    await worker.close();
    await store.close();
    await second.stop();
  });

  test('that is down does not block closing, which still waits for the running handler', async () => {
    const redis = await startRedis();
    const store = await openStore({ databaseUrl: await freshDatabase(), redisUrl: redis.url, log: quietLog });
    const gate = Promise.withResolvers<void>();
    let heard = 0;
    const worker = await store.queue.work(
      async () => {
        heard++;
        await gate.promise;
      },
      { concurrency: 1 },
    );
    await store.queue.add(await createJob(store));
    await expect.poll(() => heard).toBe(1);
    await redis.stop();
    let closed = false;
    const closing = worker.close().then(() => {
      closed = true;
    });
    await pause(300);
    expect(closed).toBe(false);
    gate.resolve();
    await closing;
    await store.close();
  });
});
