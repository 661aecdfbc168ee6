// A worker over a real store with one failing part: what it reads before training, and what it writes at the end.

import { afterEach, expect, test } from 'vitest';
import { Problem } from '#contracts/errors.ts';
import { isTerminal } from '#contracts/jobs/job.ts';
import { HomeAway } from '#store/artifacts/homes/home.ts';
import type { Store } from '#store/store.ts';
import { startWorker, type Worker } from '../../services/worker/worker.ts';
import { scriptedPool, WEIGHTS } from '../soak/scripted-trainer.ts';
import { bytesOf, createJob } from '../support/jobs.ts';
import { quietLog } from '../support/log.ts';
import { useStore } from '../support/store.ts';
import { until } from '../support/until.ts';

const { store } = useStore();
let worker: Worker | null = null;
afterEach(async () => {
  await worker?.close();
});

const away = () => new HomeAway('file:///srv/artifacts', 'it cannot be read (EIO)');

async function start(change: (whole: Store) => Partial<Store>) {
  const parts = { ...store(), ...change(store()) };
  const options = { concurrency: 1, leaseSeconds: 20, maxAttempts: 1, reconcileMs: 200 };
  worker = await startWorker({ store: parts, log: quietLog, ...options, pool: scriptedPool() });
  const job = await createJob(store());
  await store().queue.add(job);
  return job.id;
}

const ended = (id: string) =>
  until(async () => {
    const job = (await store().jobs.get(id))!;
    return isTerminal(job.status) ? job : null;
  });

const warningsOf = async (id: string) =>
  (await store().events.list(id, { after: 0, limit: 100 })).flatMap((event) =>
    event.type === 'log' && event.data.level === 'warn' ? [event.data.message] : [],
  );

test('unreachable artifacts delay the start of a job within the same attempt, with one log event', async () => {
  let failures = 3;
  const id = await start(({ artifacts }) => ({
    artifacts: {
      ...artifacts,
      async *read(...what: Parameters<typeof artifacts.read>) {
        if (failures-- > 0) throw away();
        yield* artifacts.read(...what);
      },
    },
  }));
  expect(await ended(id)).toMatchObject({ status: 'succeeded', attempt: 1 });
  expect(await warningsOf(id)).toEqual([
    'the data of the job is unreachable; the job starts when it is available again',
  ]);
});

test('a job that waits for its data can be paused and cancelled', async () => {
  const id = await start(({ artifacts }) => ({
    artifacts: {
      ...artifacts,
      // biome-ignore lint/correctness/useYield: it fails before the first piece
      async *read() {
        throw away();
      },
    },
  }));
  const warned = () => until(async () => ((await warningsOf(id)).length > 0 ? true : null));
  await warned();
  await store().jobs.requestPause(id);
  await until(async () => ((await store().jobs.get(id))?.status === 'paused' ? true : null));
  await store().queue.add(await store().jobs.resume(id));
  await until(async () => ((await store().jobs.get(id))?.attempt === 2 ? true : null));
  await store().jobs.requestCancel(id);
  expect(await ended(id)).toMatchObject({ status: 'cancelled', attempt: 2 });
});

test.each([
  ['an unreachable artifact store', away],
  ['a disk that is full', () => new Problem('insufficient_storage', 'the disk is full')],
])('%s at the end keeps the model until it can be stored, with one log event', async (_what, fails) => {
  let failures = 2;
  const id = await start(({ jobs }) => ({
    jobs: {
      ...jobs,
      finish: async (...what: Parameters<typeof jobs.finish>) => {
        if (failures-- > 0) throw fails();
        return jobs.finish(...what);
      },
    },
  }));
  const job = await ended(id);
  expect(job).toMatchObject({ status: 'succeeded', attempt: 1 });
  expect((await bytesOf(store(), job.model!.artifact)).toString()).toBe(WEIGHTS);
  expect(await warningsOf(id)).toEqual([
    `the trained weights could not be stored; retrying until they are: ${fails().message}`,
  ]);
});

test('a full disk on the worker is retried, and reported as such after the last attempt', async () => {
  const id = await start(({ artifacts }) => ({
    artifacts: {
      ...artifacts,
      // biome-ignore lint/correctness/useYield: it fails before the first piece
      async *read() {
        throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
      },
    },
  }));
  expect(await ended(id)).toMatchObject({
    status: 'failed',
    error: { code: 'internal', message: 'the disk of the worker is full in attempt 1 of 1' },
  });
}, 30_000);
