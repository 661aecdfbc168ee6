import { getEventListeners } from 'node:events';
import { expect, test, vi } from 'vitest';
import { connect } from '#client/client.ts';
import { upload } from '#client/upload.ts';
import { fakeService, refusal, reply } from './fake-service.ts';

const JOB = {
  model: { input: { shape: [1] }, layers: ['ReLU'] },
  dataset: 'ds_x',
  training: { loss: 'MSELoss' },
};

test('a request to a service that is starting is retried with the same Idempotency-Key', async () => {
  let tries = 0;
  await using service = await fakeService({
    request(_, response) {
      tries += 1;
      if (tries === 1) response.destroy();
      else if (tries === 2) reply(response, 503, refusal('unavailable', 'starting'));
      else reply(response, 201, { id: 'job_x' });
    },
  });
  const job = await connect({ url: service.url, apiKey: 'a key' }).jobs.create(JOB);
  expect(job.id).toBe('job_x');
  const keys = service.seen.map(({ headers }) => headers['idempotency-key']);
  expect(keys).toEqual([keys[0], keys[0], keys[0]]);
  expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
  expect(service.seen[0]?.headers.authorization).toBe('Bearer a key');
});

test('a refusal is not retried, and carries its details', async () => {
  const details = [{ param: 'model.layers[0]', code: 'unknown', message: 'no such layer' }];
  const body = { error: { ...refusal('invalid_model', 'no such layer').error, details } };
  await using service = await fakeService({ request: (_, response) => reply(response, 400, body) });
  await expect(connect({ url: service.url }).jobs.create(JOB)).rejects.toMatchObject({
    name: 'ApiError',
    status: 400,
    code: 'invalid_model',
    details,
    requestId: 'req_1',
  });
  expect(service.seen).toHaveLength(1);
});

test('an unreachable service is a ConnectionError after the last attempt', async () => {
  const service = await fakeService({ request: () => {} });
  await service[Symbol.asyncDispose]();
  await expect(connect({ url: service.url, retries: 1 }).jobs.get('job_x')).rejects.toMatchObject({
    name: 'ConnectionError',
  });
});

test("a reply that is not epochd's is reported with its text", async () => {
  await using service = await fakeService({
    request: (_, response) => response.writeHead(404).end('<html>'),
  });
  await expect(connect({ url: service.url, retries: 0 }).jobs.get('job_x')).rejects.toThrow('<html>');
});

test('an upload reports its progress', async () => {
  await using service = await fakeService({
    request: (_, response) => reply(response, 201, { id: 'ds_x' }),
  });
  const told: number[][] = [];
  const file = new Blob(['x'.repeat(300_000)]);
  const dataset = await connect({ url: service.url }).datasets.upload({
    file,
    fileName: 'points.csv',
    target: 'side',
    onProgress: (...progress) => told.push(progress),
  });
  expect(dataset.id).toBe('ds_x');
  const [sent, total] = told.at(-1)!;
  expect(sent).toBe(total);
  expect(total).toBeGreaterThan(300_000);
  expect(service.seen[0]?.headers['content-length']).toBe(String(total));
});

test("a browser's upload leaves no listener on its signal", async () => {
  const { signal } = new AbortController();
  class Browser {
    upload = { onprogress: null };
    onload: (() => void) | null = null;
    status = 201;
    responseText = '{"id":"ds_x"}';
    open() {}
    setRequestHeader() {}
    getResponseHeader = () => null;
    abort() {}
    send() {
      queueMicrotask(() => this.onload?.());
    }
  }
  vi.stubGlobal('XMLHttpRequest', Browser);
  try {
    const url = 'http://127.0.0.1/datasets';
    expect(await upload({ url, headers: {}, form: new FormData(), signal })).toEqual({ id: 'ds_x' });
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  } finally {
    vi.unstubAllGlobals();
  }
});

test("lists repeat a filter's name for each of its values, and omit undefined ones", async () => {
  await using service = await fakeService({
    request: (_, response) => reply(response, 200, { data: [], has_more: false }),
  });
  await connect({ url: service.url }).jobs.list({
    limit: 2,
    after: undefined,
    status: ['queued', 'running'],
  });
  expect(service.seen[0]?.url).toBe('/jobs?limit=2&status=queued&status=running');
});

test("aborting the client's own signal ends any wait", async () => {
  await using service = await fakeService({ request: () => {} });
  const over = new AbortController();
  const asked = connect({ url: service.url, signal: over.signal }).jobs.get('job_x');
  over.abort(new Error('enough'));
  await expect(asked).rejects.toThrow('enough');
});
