import { afterAll, beforeAll, expect, it } from 'vitest';
import type { MetricHistory } from '#contracts/jobs/metric-history.ts';
import type { HistoryBlock } from '#store/events/history-record.ts';
import type { Lease } from '#store/jobs/job-record.ts';
import { messagesOf, openSocket } from '../../../services/client/socket.ts';
import { type Api, claim, createJob, startApi } from '../running-api.ts';

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const loss = (epoch: number) => Math.sin(epoch);

function block(firstEpoch: number, epochs: number, value = loss): HistoryBlock {
  const values = Array.from({ length: epochs }, (_, i) => [value(firstEpoch + i), firstEpoch + i]).flat();
  return { firstEpoch, names: ['train_loss', 'seconds'], values: Float64Array.from(values) };
}

async function measured(lease: Lease, blocks: HistoryBlock[], epoch: number): Promise<void> {
  const progress = { epoch, step: epoch, etaSeconds: null, runningLoss: null, samplesPerSec: 10 };
  expect(await api.store.jobs.append(lease, [], { progress, history: blocks })).toBe(true);
}

async function metrics(id: string, query = ''): Promise<MetricHistory> {
  const { status, body } = await api.get(`/jobs/${id}/metrics${query}`);
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
}

it('returns every epoch if they fit, NaN as "NaN", and empty series for a job that has not begun', async () => {
  const { id } = await createJob(api);
  expect(await metrics(id)).toEqual({
    object: 'job.metrics',
    job_id: id,
    epochs: 0,
    bucket_epochs: 1,
    epoch: [],
    series: {},
  });
  await measured(await claim(api, id), [block(1, 3, (epoch) => (epoch === 2 ? Number.NaN : epoch / 4))], 3);
  expect(await metrics(id)).toMatchObject({
    epochs: 3,
    epoch: [1, 2, 3],
    series: { train_loss: { last: [0.25, 'NaN', 0.75] }, seconds: { last: [1, 2, 3] } },
  });
});

it('merges neighboring epochs into buckets with their minimum and maximum, and returns a range of epochs', async () => {
  const { id } = await createJob(api);
  const blocks = Array.from({ length: 40 }, (_, i) => block(1 + 256 * i, Math.min(256, 10_000 - 256 * i)));
  await measured(await claim(api, id), blocks, 10_000);
  const { series, epoch, bucket_epochs: width } = await metrics(id, '?max_points=300');
  expect([width, epoch.length, epoch[0], epoch.at(-1)]).toEqual([34, 295, 34, 10_000]);
  const expected = epoch.map((last, i) => {
    const first = i * 34 + 1;
    return Array.from({ length: last - first + 1 }, (_, j) => loss(first + j));
  });
  expect(series.train_loss).toEqual({
    last: expected.map((values) => values.at(-1)),
    min: expected.map((values) => Math.min(...values)),
    max: expected.map((values) => Math.max(...values)),
  });
  const zoomed = await metrics(id, '?from_epoch=500&to_epoch=520');
  expect(zoomed.bucket_epochs).toBe(1);
  expect(zoomed.series.train_loss?.last).toEqual(zoomed.epoch.map(loss));
  expect(zoomed.epoch).toEqual(Array.from({ length: 21 }, (_, i) => 500 + i));
});

it("returns an epoch measured by two attempts once, as the later one measured it, and none beyond the job's progress", async () => {
  const { id } = await createJob(api);
  const first = await claim(api, id);
  await measured(first, [block(1, 256, () => 1), block(257, 50, () => 1)], 306);
  await api.store.jobs.release(first);
  const second = await claim(api, id);
  expect((await metrics(id)).epoch).toEqual([]);
  await measured(second, [block(201, 10, () => 2)], 210);
  const { series, epoch } = await metrics(id);
  expect(epoch.at(-1)).toBe(210);
  expect(series.train_loss?.last).toEqual([...Array(200).fill(1), ...Array(10).fill(2)]);
});

it('answers 304 if the ETag matches, until something new is measured', async () => {
  const { id } = await createJob(api);
  const lease = await claim(api, id);
  await measured(lease, [block(1, 1)], 1);
  const etag = (await api.get(`/jobs/${id}/metrics`)).headers.get('etag')!;
  expect((await api.get(`/jobs/${id}/metrics`, { 'if-none-match': etag })).status).toBe(304);
  await measured(lease, [block(1, 2)], 2);
  expect((await api.get(`/jobs/${id}/metrics`, { 'if-none-match': etag })).status).toBe(200);
  expect((await api.get(`/jobs/${id}/metrics?max_points=0`)).status).toBe(400);
});

it('reports progress within an epoch in the job and on the stream, without adding an event', async () => {
  const { id, last_seq: before } = await createJob(api);
  const lease = await claim(api, id);
  const messages = messagesOf(
    await openSocket(`${api.url.replace(/^http/, 'ws')}/jobs/${id}/stream`, {}),
    never,
  );
  for (let seen = 0; seen <= before; ) {
    const { value } = await messages.next();
    if (value?.object === 'job.event') seen = value.seq;
  }
  const place = { epoch: 0, step: 1, etaSeconds: 9, runningLoss: 0.5, samplesPerSec: 40 };
  await api.store.jobs.append(lease, [], { progress: place });
  const data = { epoch: 0, step: 1, total_steps: 4, fraction: 0.25, running_loss: 0.5, eta_seconds: 9 };
  expect((await messages.next()).value).toMatchObject({ object: 'job.progress', seq: before + 1, data });
  expect((await api.get(`/jobs/${id}`)).body).toMatchObject({ last_seq: before + 1, progress: data });
  await messages.return(undefined as never);
});

const never = new AbortController().signal;
