import { afterAll, beforeAll, expect, it } from 'vitest';
import type { GpuAdapter, WorkerDevices } from '#contracts/device.ts';
import { type Api, jobBody, startApi } from '../running-api.ts';

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const cpu = { model: 'A Processor', cores: 2, simd: 'wasm-simd-fma', wide: true };
const adapter = (bytes: number): GpuAdapter => ({
  vendor: 'v',
  architecture: 'a',
  description: 'A Card',
  software: false,
  features: [],
  limits: {
    maxBufferSize: bytes,
    maxStorageBufferBindingSize: bytes,
    maxComputeWorkgroupStorageSize: 16384,
    maxComputeInvocationsPerWorkgroup: 256,
  },
});
const beat = (id: string, webgpu: WorkerDevices['webgpu']) =>
  api.store.workers.beat({ id, host: `host of ${id}`, concurrency: 1, devices: { cpu, webgpu } });
const none = { adapter: null, reason: 'no adapter' };

it('a job for a GPU is refused if no live worker has one, with a list of what the workers have', async () => {
  const lonely = await api.post('/jobs', jobBody({ device: 'webgpu' }));
  expect(lonely.status).toBe(422);
  expect(lonely.body.error).toMatchObject({ code: 'device_unavailable', param: 'device' });
  expect(lonely.body.error.message).toContain('there is no live worker');
  await beat('a', none);
  const { status, body } = await api.post('/jobs', jobBody({ device: 'webgpu' }));
  expect(status).toBe(422);
  expect(body.error.message).toContain('host of a has 2 cores of A Processor (no adapter)');
  expect((await api.post('/jobs', jobBody({ device: 'auto' }))).status).toBe(201);
});

it('GET /devices lists what the live workers have', async () => {
  await beat('b', { adapter: adapter(2 ** 30), reason: null });
  const { status, body } = await api.get('/devices');
  expect(status).toBe(200);
  expect(body).toMatchObject({ object: 'list', has_more: false });
  expect(
    body.data.map(({ id, devices }: { id: string; devices: WorkerDevices }) => [id, devices.webgpu]),
  ).toEqual([
    ['a', none],
    ['b', { adapter: adapter(2 ** 30), reason: null }],
  ]);
  await api.store.workers.remove('b');
  expect((await api.get('/devices')).body.data).toHaveLength(1);
});

it('a job that exceeds GPU memory is refused with its size, the limit and a batch size that would fit', async () => {
  await beat('b', { adapter: adapter(2 ** 19), reason: null });
  const model = {
    input: { shape: [2] },
    layers: [{ type: 'Linear', out_features: 512 }, 'ReLU', { type: 'Linear', out_features: 2 }],
  };
  const inputs = Array.from({ length: 512 }, (_, i) => [i % 2, i % 3]);
  const dataset = { inputs, targets: inputs.map(([x]) => x) };
  const training = { loss: 'CrossEntropyLoss', epochs: 1, batch_size: 512 };
  const large = await api.post('/jobs', jobBody({ model, dataset, training, device: 'webgpu' }));
  expect(large.status).toBe(422);
  expect(large.body.error.param).toBe('training.batch_size');
  const fitting = /needs \d+ MiB on the GPU, the limit is 1 MiB; a batch_size of (\d+) would fit/.exec(
    large.body.error.message,
  );
  const batch_size = Number(fitting?.[1]);
  expect(batch_size).toBeGreaterThan(0);
  const small = await api.post(
    '/jobs',
    jobBody({ model, dataset, training: { ...training, batch_size }, device: 'webgpu' }),
  );
  expect(small.status).toBe(201);
});
