// Attempts that resume from a checkpoint: real store, real trainer, a checkpoint made by hand.

import { afterEach, expect, test } from 'vitest';
import { newId } from '#contracts/ids.ts';
import type { JobEvent } from '#contracts/jobs/events.ts';
import { isTerminal } from '#contracts/jobs/job.ts';
import type { JobRecord } from '#store/store.ts';
import { encodeTable } from '#training/data/table.ts';
import { type Checkpoint, fit as train } from '#training/run/fit.ts';
import { startWorker, type Worker } from '../../services/worker/worker.ts';
import { bytesOf, newDataset } from '../support/jobs.ts';
import { quietLog } from '../support/log.ts';
import { useStore } from '../support/store.ts';
import { until } from '../support/until.ts';
import { smallJob, watching } from '../training/job.ts';

const { store } = useStore();
const EPOCHS = 5;
let worker: Worker | null = null;
afterEach(async () => {
  await worker?.close();
  worker = null;
});

/** A job that a first worker released after its second epoch, with the result of `make` as its checkpoint. */
async function leave(make: (own: Buffer) => Buffer) {
  const { spec, table } = await smallJob({ training: { epochs: EPOCHS } });
  const dataset = newDataset({ info: table.info, table: encodeTable(table) });
  const { id } = await store().jobs.create({
    id: newId('job'),
    name: null,
    spec: { ...spec, dataset: dataset.id },
    parameters: 1,
    totalSteps: 1,
    metadata: {},
    dataset,
  });
  const { job, lease } = (await store().jobs.claim(id, 'the first', 60))!;
  const files = new Map<number, Buffer>();
  const onCheckpoint = async ({ epoch, file }: Checkpoint) =>
    void files.set(epoch, Buffer.concat(await file()));
  const hooks = watching();
  const whole = await train(job.spec, table, { ...hooks, onCheckpoint });
  const told = hooks.reports.map(({ epoch, values }) => ({ epoch, metrics: values, nonfinite: {} }));
  const [latest, best] = [told[1]!, bestOf(told.slice(0, 2))];
  const progress = { epoch: 2, step: 10, etaSeconds: 1, runningLoss: null, samplesPerSec: null };
  await store().jobs.append(lease, [], { progress, latest, best });
  await store().checkpoints.put(lease, {
    epoch: 2,
    step: 10,
    best: null,
    file: make(files.get(2)!),
    keepLast: 1,
  });
  await store().jobs.release(lease);
  return { id, whole, reports: hooks.reports, best: bestOf(told) };
}

function bestOf<T extends { metrics: Record<string, number> }>(told: T[]): T {
  return told.reduce((best, one) => (one.metrics.val_loss! < best.metrics.val_loss! ? one : best));
}

async function finish(id: string): Promise<{ job: JobRecord; model: Buffer; events: JobEvent[] }> {
  worker = await startWorker({
    store: store(),
    log: quietLog,
    concurrency: 1,
    leaseSeconds: 20,
    maxAttempts: 1,
    reconcileMs: 200,
  });
  const job = await until(async () => {
    const job = await store().jobs.get(id);
    return job !== null && isTerminal(job.status) ? job : null;
  }, 20_000);
  expect(job).toMatchObject({ status: 'succeeded', attempt: 2 });
  const events = await store().events.list(id, { after: 0, limit: 1_000 });
  const model = await bytesOf(store(), job.model!.artifact);
  return { job, model, events: events.filter(({ attempt }) => attempt === 2) };
}
const epochsOf = (events: JobEvent[]) =>
  events.flatMap((event) => (event.type === 'metrics' ? [event.data.epoch] : []));
const logsOf = (events: JobEvent[]) => events.flatMap((event) => (event.type === 'log' ? [event.data] : []));

test('the next attempt resumes from the checkpoint, ends with the same model, and keeps the earlier best epoch', async () => {
  const { id, whole, reports, best } = await leave((own) => own);
  const { job, model, events } = await finish(id);
  expect(logsOf(events)).toEqual([
    { level: 'info', message: 'resumes from the checkpoint at step 10 (2 finished epochs)' },
  ]);
  expect(epochsOf(events)).toEqual([3, 4, 5]);
  expect(events.flatMap((event) => (event.type === 'metrics' ? [event.data.metrics] : []))).toEqual(
    reports.slice(2).map(({ values }) => values),
  );
  expect(model.equals(whole.model)).toBe(true);
  expect(job.best).toMatchObject(best);
  expect(job.progress.epoch).toBe(EPOCHS);
});

test('an unusable checkpoint is logged, and the attempt starts from the beginning', async () => {
  const { id, whole } = await leave((own) => own.subarray(0, -4));
  const { job, model, events } = await finish(id);
  expect(logsOf(events)).toEqual([
    {
      level: 'warn',
      message: expect.stringMatching(
        /^the checkpoint at step 10 \(2 finished epochs\) cannot be used: it cannot be read: .*; the job starts from the beginning$/,
      ),
    },
  ]);
  expect(epochsOf(events)).toEqual([1, 2, 3, 4, 5]);
  expect(model.equals(whole.model)).toBe(true);
  expect(job.best?.metrics.val_loss).toBeGreaterThan(0);
});
