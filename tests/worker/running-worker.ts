// Workers over a real store and real processes, closed after each test. Only the trainer is a fake, whose behavior the job's seed
// selects.

import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { afterEach, expect } from 'vitest';
import { newId } from '#contracts/ids.ts';
import type { JobEvent } from '#contracts/jobs/events.ts';
import { isTerminal, type JobStatus } from '#contracts/jobs/job.ts';
import type { JobRecord, Store } from '#store/store.ts';
import { openTrainerPool, type TrainerPool } from '../../services/worker/trainer-pool.ts';
import { startTrainer, type Trainer } from '../../services/worker/trainer-process.ts';
import { startWorker, type Worker } from '../../services/worker/worker.ts';
import { newDataset, newSpec } from '../support/jobs.ts';
import { quietLog } from '../support/log.ts';
import { useStore } from '../support/store.ts';
import { until } from '../support/until.ts';
import { BEHAVIOURS, type Behaviour } from './behaviours.ts';

const FAKE = fileURLToPath(new URL('./fake-trainer.ts', import.meta.url));
export const { store, url } = useStore();

let workers: Worker[] = [];
/** Those of the current test. */
export let trainers: Trainer[] = [];

afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.close()));
  await Promise.all(trainers.map((trainer) => trainer.exited)); // hangs, and so fails the test, if one is left running
  workers = [];
  trainers = [];
  const ours = readdirSync(tmpdir()).filter((name) => name.startsWith(`epochd-worker-${process.pid}-`));
  expect(ours).toEqual([]);
});

function fakes(): TrainerPool {
  return openTrainerPool(() => {
    const trainer = startTrainer(FAKE);
    trainers.push(trainer);
    return trainer;
  });
}

export async function start(change: Partial<Parameters<typeof startWorker>[0]> = {}): Promise<Worker> {
  const worker = await startWorker({
    store: store(),
    log: quietLog,
    concurrency: 1,
    leaseSeconds: 20,
    maxAttempts: 3,
    reconcileMs: 200,
    pool: fakes(),
    ...change,
  });
  workers.push(worker);
  return worker;
}

/** @returns the id of a new job that behaves so */
export async function post(
  behaviour: Behaviour,
  { enqueue = true, weights = undefined as string | undefined } = {},
): Promise<string> {
  const dataset = newDataset();
  const spec = newSpec(dataset.id);
  const startArtifact = weights === undefined ? null : (await store().weights.get(weights))!.artifact;
  const job = await store().jobs.create({
    id: newId('job'),
    name: behaviour,
    spec: {
      ...spec,
      model: weights === undefined ? spec.model : { ...spec.model, weights },
      seed: BEHAVIOURS.indexOf(behaviour),
    },
    parameters: 6,
    totalSteps: 6,
    metadata: {},
    startArtifact,
    dataset,
  });
  if (enqueue) await store().queue.add(job);
  return job.id;
}

export async function reach(id: string, wanted: (job: JobRecord) => boolean): Promise<JobRecord> {
  return until(async () => {
    const job = await store().jobs.get(id);
    return job !== null && wanted(job) ? job : null;
  });
}
export const ended = (job: JobRecord) => isTerminal(job.status);
export const training = (job: JobRecord) => job.status === 'running' && job.progress.epoch > 0;

export async function eventsOf(id: string): Promise<JobEvent[]> {
  const events = await store().events.list(id, { after: 0, limit: 1_000 });
  expect(events.map((event) => event.seq)).toEqual(events.map((_, i) => i + 1));
  return events;
}
export async function statusesOf(id: string): Promise<JobStatus[]> {
  return (await eventsOf(id)).flatMap((event) => (event.type === 'status' ? [event.data.status] : []));
}
export async function read(from: Store, artifact: string): Promise<string> {
  let text = '';
  for await (const chunk of from.artifacts.read(artifact)) text += chunk.toString();
  return text;
}
