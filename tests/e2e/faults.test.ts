// Faults and their aftermath: canceled jobs, killed processes, a diverging loss.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Dataset } from '#contracts/datasets/dataset.ts';
import type { ErrorBody } from '#contracts/errors.ts';
import type { Job, NewJob } from '#contracts/jobs/job-api.ts';
import { until } from '../support/until.ts';
import { begun, curves, ended, follow, jobRequest, measured, uploadPoints } from './requests.ts';
import { isRunning, postmasterOf, type Service, startService, trainersOf } from './service.ts';

const FOR_EVER = 1_000_000;

describe('a job', () => {
  let service: Service;
  let dataset: Dataset;
  beforeAll(async () => {
    service = await startService();
    dataset = await uploadPoints(service.client);
  });
  afterAll(async () => {
    await service[Symbol.asyncDispose]();
  });

  test('is cancelled while running, and the next one is trained', async () => {
    const { client, url } = service;
    const job = await client.jobs.create(jobRequest(dataset, FOR_EVER));
    await begun(client, job);
    const reply = await fetch(`${url}/jobs/${job.id}/cancel`, { method: 'POST' });
    expect(reply.status).toBe(200);
    expect(await ended(client, job)).toMatchObject({ status: 'cancelled', stop_reason: 'user', error: null });
    const next = await client.jobs.create(jobRequest(dataset, 2));
    expect(await ended(client, next)).toMatchObject({ status: 'succeeded' });
  });

  test('is cancelled while queued, and never starts', async () => {
    const { client, url } = service;
    const first = await client.jobs.create(jobRequest(dataset, FOR_EVER));
    await begun(client, first);
    const second = await client.jobs.create(jobRequest(dataset, 2));
    expect(second).toMatchObject({ status: 'queued', queue_position: 1 });
    await fetch(`${url}/jobs/${second.id}/cancel`, { method: 'POST' });
    expect(await ended(client, second)).toMatchObject({ status: 'cancelled', started_at: null, attempt: 0 });
    await fetch(`${url}/jobs/${first.id}/cancel`, { method: 'POST' });
    await ended(client, first);
  });

  test('resumes in another attempt when its trainer is killed with SIGKILL', async () => {
    const { client } = service;
    const job = await client.jobs.create(jobRequest(dataset, FOR_EVER));
    await begun(client, job);
    const trainers = trainersOf(service.pid);
    expect(trainers.length).toBeGreaterThan(0);
    for (const { pid } of trainers) process.kill(pid, 'SIGKILL');
    await until(async () => {
      const { attempt, progress } = await client.jobs.get(job.id);
      return attempt === 2 && progress.epoch > 0 ? true : null;
    });
    await client.jobs.cancel(job.id);
    const cancelled = await ended(client, job);
    expect(cancelled).toMatchObject({ status: 'cancelled', attempt: 2, weights: { serving: 'last' } });
  });

  test('whose loss diverges fails as diverged, and reports its last loss as NaN or Infinity', async () => {
    const { client } = service;
    // So large a step overflows the weights' float32 range.
    const job = await client.jobs.create(jobRequest(dataset, 50, { type: 'SGD', lr: 1e6 }));
    const events = await follow(client, job);
    expect(await client.jobs.get(job.id)).toMatchObject({
      status: 'failed',
      stop_reason: 'diverged',
      error: { code: 'diverged' },
    });
    const last = events.filter((event) => event.type === 'metrics').at(-1);
    expect(last?.data.nonfinite.train_loss).toMatch(/^(NaN|-?Infinity)$/);
    expect(last?.data.metrics).not.toHaveProperty('train_loss');
  });

  test('that is refused leaves nothing behind', async () => {
    const { url } = service;
    const count = async (of: string) => {
      const list = (await (await fetch(`${url}/${of}?limit=100`)).json()) as { data: unknown[] };
      return list.data.length;
    };
    const before = [await count('jobs'), await count('datasets')];
    const good = jobRequest(dataset, 2) as { model: object; training: object };
    const inline = { inputs: [[1, 2]], targets: [0] };
    const bad: [body: unknown, status: number][] = [
      [{ ...good, model: { input: { shape: [10] }, layers: ['Linnear'] } }, 400],
      [{ ...good, model: { input: { shape: [10] }, layers: [{ type: 'Linear', out_features: 1e9 }] } }, 400],
      [{ ...good, dataset: 'ds_00000000000000000000000000' }, 400],
      [{ ...good, dataset: inline }, 400],
      [{ ...good, name: 'nul \0 here' }, 400],
      [{ ...good, training: { ...good.training, loss: 'BCEWithLogitsLoss' } }, 400],
      ['{"model": ', 400],
    ];
    for (const [body, status] of bad) {
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      const reply = await fetch(`${url}/jobs`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: text,
      });
      expect([reply.status, text]).toEqual([status, text]);
      expect(((await reply.json()) as ErrorBody).error.details.length).toBeGreaterThan(0);
    }
    expect([await count('jobs'), await count('datasets')]).toEqual(before);
  });
});

describe('the whole service, killed with SIGKILL in the middle of a job,', () => {
  test('restarts a job without a checkpoint from scratch, with bit-identical results', async () => {
    const dataDir = await mkdtemp(path.join(tmpdir(), 'epochd-e2e-'));
    const env = { LEASE_SECONDS: '2' };
    try {
      const first = await startService({ dataDir, env });
      const dataset = await uploadPoints(first.client);
      const { training, ...rest } = jobRequest(dataset, 1_000);
      const request = { ...rest, training: { ...training, checkpoint: { every_epochs: 1_000 } } };
      const unbroken = await first.client.jobs.create(request);
      await follow(first.client, unbroken);
      const job = await first.client.jobs.create(request);
      await begun(first.client, job);
      const trainers = trainersOf(first.pid);
      await first.end('SIGKILL');
      // Orphaned trainers exit.
      await until(() => (trainers.some(({ pid }) => isRunning(pid)) ? null : true));

      await using second = await startService({ dataDir, env });
      expect(await second.client.jobs.get(job.id)).toMatchObject({ id: job.id, terminal: false });
      const events = await follow(second.client, job);
      expect(await second.client.jobs.get(job.id)).toMatchObject({ status: 'succeeded', attempt: 2 });
      expect(measured(events, 1).length).toBeLessThan(1_000);
      expect(await curves(second.client, job)).toEqual(await curves(second.client, unbroken));

      const postmaster = postmasterOf(dataDir) as number;
      expect(isRunning(postmaster)).toBe(true);
      await second.end();
      expect(isRunning(postmaster)).toBe(false);
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  }, 60_000);

  test('resumes from the last checkpoint, to the weights of an uninterrupted run', async () => {
    const dataDir = await mkdtemp(path.join(tmpdir(), 'epochd-e2e-'));
    const env = { LEASE_SECONDS: '2' };
    const weights = async ({ url }: Service, job: Job) => {
      const reply = await fetch(`${url}/jobs/${job.id}/weights`);
      expect(reply.status).toBe(200);
      return Buffer.from(await reply.arrayBuffer());
    };
    try {
      const first = await startService({ dataDir, env });
      const dataset = await uploadPoints(first.client);
      const { training, ...rest } = jobRequest(dataset, 16);
      const request = wide({ ...rest, training: { ...training, checkpoint: { every_epochs: 4 } } });
      const job = await first.client.jobs.create(request);
      for await (const event of first.client.jobs.events(job.id)) if (event.type === 'checkpoint') break;
      await first.end('SIGKILL');

      await using second = await startService({ dataDir, env });
      const events = await follow(second.client, job);
      expect(await second.client.jobs.get(job.id)).toMatchObject({ status: 'succeeded', attempt: 2 });
      const kept = events.findLast(({ type, attempt }) => type === 'checkpoint' && attempt === 1);
      const [before, after] = [measured(events, 1), measured(events, 2)];
      expect(kept?.type === 'checkpoint' && kept.data.epoch).toBe(after[0]!.epoch - 1);
      expect(after[0]!.epoch).toBeGreaterThan(1);
      expect(before.length).toBeLessThan(16);

      const again = await second.client.jobs.create(request);
      const unbroken = measured(await follow(second.client, again), 1);
      expect([...before.slice(0, after[0]!.epoch - 1), ...after]).toEqual(unbroken);
      expect((await weights(second, job)).equals(await weights(second, again))).toBe(true);
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  }, 120_000);
});

/** The same job with a network so wide that an epoch takes a good part of a second. */
function wide({ model, ...rest }: NewJob): NewJob {
  const layers = [
    { type: 'Linear', out_features: 1024 },
    'ReLU',
    { type: 'Linear', out_features: 1024 },
    'ReLU',
    { type: 'Linear', out_features: 2 },
  ];
  return { ...rest, model: { ...model, layers } };
}
