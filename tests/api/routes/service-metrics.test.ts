import { afterAll, beforeAll, expect, it } from 'vitest';
import type { JobEvent } from '#contracts/jobs/events.ts';
import { bareApp } from '../bare-app.ts';
import { type Api, claim, createJob, startApi } from '../running-api.ts';

const KEY = 'a-key-of-at-least-16';

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

/** The samples of a scrape, keyed by name and labels. */
function samplesOf(text: string): Map<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]));
}
async function scrape(): Promise<Map<string, number>> {
  const reply = await fetch(`${api.url}/metrics`);
  expect(reply.status).toBe(200);
  expect(reply.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  return samplesOf(await reply.text());
}

it('counts jobs by status, the age of the queue, live workers, and connections', async () => {
  const [running] = [await createJob(api), await createJob(api), await createJob(api)];
  await claim(api, running!.id);
  await api.store.workers.beat({
    id: 'w',
    host: 'h',
    concurrency: 3,
    devices: {
      cpu: { model: 'A', cores: 2, simd: 'wasm-simd', wide: false },
      webgpu: { adapter: null, reason: '' },
    },
  });
  const now = await scrape();
  expect(now.get('epochd_jobs{status="queued"}')).toBe(2);
  expect(now.get('epochd_jobs{status="running"}')).toBe(1);
  expect(now.get('epochd_jobs{status="failed"}')).toBe(0);
  expect(now.get('epochd_queue_oldest_seconds')).toBeGreaterThan(0);
  expect(now.get('epochd_workers')).toBe(1);
  expect(now.get('epochd_worker_slots')).toBe(3);
  expect(now.get('epochd_database_up')).toBe(1);
  expect(now.get('epochd_database_connections_limit{pool="leases"}')).toBe(3);
  expect(now.get('epochd_database_requests_waiting{pool="requests"}')).toBe(0);
  expect(now.get('process_resident_memory_bytes')).toBeGreaterThan(0);
});

it('sums the speed of running jobs, in samples and in steps per second', async () => {
  const job = await createJob(api, { training: { loss: 'CrossEntropyLoss', epochs: 9, batch_size: 4 } });
  const lease = await claim(api, job.id);
  const place = { epoch: 1, step: 1, etaSeconds: 1, runningLoss: 0.5, samplesPerSec: 1000 };
  expect(await api.store.jobs.append(lease, [], { progress: place })).toBe(true);
  const now = await scrape();
  expect(now.get('epochd_training_samples_per_second')).toBe(1000);
  expect(now.get('epochd_training_steps_per_second')).toBe(250);
});

it('counts requests by route pattern, without the ids in their URLs', async () => {
  const { id } = await createJob(api);
  await api.get(`/jobs/${id}`);
  await api.get('/jobs/job_missing');
  const names = [...(await scrape()).keys()].filter((name) => name.startsWith('epochd_http_request'));
  expect(names).toContain(
    'epochd_http_request_duration_seconds_count{method="GET",route="/jobs/:id",status="200"}',
  );
  expect(names.join()).not.toContain(id);
});

it('measures how late an event reaches a waiting reader, but not the replay of old ones', async () => {
  const { id } = await createJob(api);
  const counted = async () => (await scrape()).get('epochd_event_lag_seconds_count');
  expect(await counted()).toBe(0);
  const socket = new WebSocket(`${api.url.replace('http', 'ws')}/jobs/${id}/stream`);
  let claimed = false;
  const told = new Promise<void>((resolve) => {
    socket.onmessage = ({ data }) => {
      const event = JSON.parse(data) as JobEvent;
      if (event.type === 'status' && event.data.status === 'running') resolve();
      else if (!claimed) {
        claimed = true;
        void claim(api, id);
      }
    };
  });
  await told;
  socket.close();
  expect(await counted()).toBe(1);
});

it('requires the key if one is set', async () => {
  await using app = await bareApp({ config: { apiKey: KEY } });
  expect((await app.inject('/metrics')).statusCode).toBe(401);
});

it('answers without the database, omitting the metrics that come from it', async () => {
  const load = {
    read: () => Promise.reject(new Error('away')),
    pools: () => [{ pool: 'bulk' as const, open: 4, idle: 1, waiting: 7, limit: 4 }],
  };
  await using app = await bareApp({ store: { load } });
  const { statusCode, payload } = await app.inject('/metrics');
  expect(statusCode).toBe(200);
  const now = samplesOf(payload);
  expect(now.get('epochd_database_up')).toBe(0);
  expect(now.get('epochd_database_requests_waiting{pool="bulk"}')).toBe(7);
  expect(now.get('epochd_database_connections{pool="bulk",state="used"}')).toBe(3);
  expect([...now.keys()].filter((name) => name.startsWith('epochd_jobs'))).toEqual([]);
});
