// From a CSV to a prediction, as the README describes it, on both queues.

import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type RedisServer, startRedis } from '../support/redis.ts';
import { follow, jobRequest, measured, uploadPoints } from './requests.ts';
import { type Service, startService } from './service.ts';

describe.each(['Postgres', 'Redis'] as const)('with the queue on %s', (queue) => {
  const skipped = queue === 'Redis' && !inject('hasRedis');
  let redis: RedisServer | null = null;
  let service: Service;

  beforeAll(async () => {
    if (skipped) return;
    if (queue === 'Redis') redis = await startRedis();
    service = await startService({ env: redis === null ? {} : { REDIS_URL: redis.url } });
  });
  afterAll(async () => {
    await service?.[Symbol.asyncDispose]();
    await redis?.stop();
  });

  test.skipIf(skipped)('a network trains on a file, reports every epoch, and predicts', async () => {
    const { client, url } = service;
    const dataset = await uploadPoints(client);
    expect(dataset).toMatchObject({
      samples: 1000,
      input_shape: [10],
      target: { labels: ['inside', 'outside'] },
    });

    const job = await client.jobs.create(jobRequest(dataset, 10));
    expect(job).toMatchObject({ status: 'queued', parameters: 2850 });
    const events = await follow(client, job);
    expect(measured(events, 1).map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(events.at(-1)).toMatchObject({
      type: 'done',
      data: { status: 'succeeded', stop_reason: 'completed' },
    });

    const done = await client.jobs.get(job.id);
    expect(done).toMatchObject({
      status: 'succeeded',
      terminal: true,
      progress: { fraction: 1 },
      attempt: 1,
    });
    expect(done.metrics.latest?.metrics.val_accuracy).toBeGreaterThan(0.95);

    const [header, first] = readFileSync('examples/quickstart/points.csv', 'utf8')
      .split('\n')
      .map((line) => line.split(','));
    const record = Object.fromEntries(header!.slice(0, 10).map((name, i) => [name, Number(first![i])]));
    const { predictions } = await client.jobs.predict(job.id, { records: [record] });
    expect(predictions[0]).toMatchObject({ label: first![10] });

    for (const path of [`/jobs/${job.id}`, `/datasets/${dataset.id}`]) {
      expect((await fetch(`${url}${path}`, { method: 'DELETE' })).ok).toBe(true);
      expect((await fetch(`${url}${path}`)).status).toBe(404);
    }
  });

  test.skipIf(skipped)('a separate test dataset is evaluated once, and reported', async () => {
    const { client } = service;
    const dataset = await uploadPoints(client);
    const [header, ...rows] = readFileSync('examples/quickstart/points.csv', 'utf8').trim().split('\n');
    const file = new Blob([[header, ...rows.slice(0, 150)].join('\n')]);
    const other = await client.datasets.upload({ file, fileName: 'other.csv', target: 'side' });
    const request = jobRequest(dataset, 3);
    const job = await client.jobs.create({
      ...request,
      training: { ...request.training, test: { dataset: other.id } },
    });
    const events = await follow(client, job);
    const [told, ...more] = events.filter(({ type }) => type === 'test');
    expect(more).toEqual([]);
    expect(told).toMatchObject({ data: { epoch: 3, samples: 150 } });
    expect(events.indexOf(told!)).toBe(events.findLastIndex(({ type }) => type === 'metrics') + 1);
    const { metrics } = await client.jobs.get(job.id);
    expect(metrics.test!.metrics).toEqual({
      test_loss: expect.any(Number),
      test_accuracy: expect.any(Number),
    });
    const { epoch, metrics: measuredOnce, nonfinite } = told!.data as NonNullable<typeof metrics.test>;
    expect(metrics.test).toEqual({ epoch, metrics: measuredOnce, nonfinite });
  });

  test.skipIf(skipped)(
    'the same seed gives the same bits, run concurrently or one after the other',
    async () => {
      const { client } = service;
      const dataset = await uploadPoints(client);
      const together = await Promise.all([1, 2].map(() => client.jobs.create(jobRequest(dataset, 20))));
      const runs = await Promise.all(together.map((job) => follow(client, job)));
      const alone = await follow(client, await client.jobs.create(jobRequest(dataset, 20)));
      for (const events of runs) expect(measured(events, 1)).toEqual(measured(alone, 1));
    },
  );
});
