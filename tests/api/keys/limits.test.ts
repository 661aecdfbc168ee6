// The limits of a key: each one reached, then exceeded by one.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Detail } from '#contracts/errors.ts';
import { DEFAULT_LIMITS, type SomeLimits } from '#contracts/keys/key-limits.ts';
import { type Api, jobBody, MODEL, POINTS, startApi } from '../running-api.ts';

const KEY = 'the-key-of-the-operator';
const OPERATOR = { authorization: `Bearer ${KEY}` };

let api: Api;
beforeAll(async () => {
  const keyLimits = { ...DEFAULT_LIMITS, queued_jobs: 7 };
  api = await startApi({}, undefined, { apiKey: KEY, keyLimits });
});
afterAll(() => api.close());

async function keyWith(limits: SomeLimits): Promise<{ id: string; as: Record<string, string> }> {
  const { status, body } = await api.post('/keys', { name: 'x', tenant: 'acme', limits }, OPERATOR);
  expect(status, JSON.stringify(body)).toBe(201);
  return { id: body.id, as: { authorization: `Bearer ${body.key}` } };
}

const PARAMETERS = 2 * 4 + 4 + 4 * 2 + 2;
const training = { loss: 'CrossEntropyLoss', epochs: 2, batch_size: 2 };

it("limits default to the service's where a key leaves them out, and null means unlimited", async () => {
  const { body } = await api.post('/keys', { name: 'x', limits: { requests_per_second: null } }, OPERATOR);
  expect(body.limits).toEqual({ ...DEFAULT_LIMITS, queued_jobs: 7, requests_per_second: null });
  expect((await api.get(`/keys/${body.id}`, OPERATOR)).body.limits).toEqual(body.limits);
});

it.each([
  ['an unknown limit', { running: 1 }, 'limits.running'],
  ['a limit of nothing', { running_jobs: 0 }, 'limits.running_jobs'],
  ['a priority out of range', { priority: 11 }, 'limits.priority'],
])('limits are refused with %s', async (_what, limits, param) => {
  const { status, body } = await api.post('/keys', { name: 'x', limits }, OPERATOR);
  expect(status).toBe(400);
  expect(body.error.details.map((it: Detail) => it.param)).toEqual([param]);
});

it('the request rate: one more is a 429 with Retry-After, and the operator is not limited', async () => {
  const { as } = await keyWith({ requests_per_second: 0.5 });
  const other = await keyWith({});
  expect((await api.get('/jobs', as)).status).toBe(200);
  const { status, body, headers } = await api.get('/jobs', as);
  expect(status).toBe(429);
  expect(body.error).toMatchObject({
    code: 'too_many_requests',
    param: 'requests_per_second',
    message: expect.stringContaining('requests_per_second is 0.5'),
  });
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(2);
  for (let i = 0; i < 3; i++) {
    expect((await api.get('/jobs', other.as)).status).toBe(200);
    expect((await api.get('/jobs', OPERATOR)).status).toBe(200);
  }
});

describe('limits on a single job', () => {
  it('are all reported at once, each with the limit and the requested value', async () => {
    const { as } = await keyWith({ parameters: PARAMETERS - 1, flops: 10, max_seconds: 60 });
    const asked = jobBody({ priority: 1, training: { ...training, max_seconds: 61 } });
    for (const route of ['/jobs', '/jobs/validate']) {
      const { status, body } = await api.post(route, asked, as);
      expect(status, JSON.stringify(body)).toBe(422);
      expect(body.error.code).toBe('limit_exceeded');
      expect(body.error.details.map((it: Detail) => [it.param, it.message])).toEqual([
        ['model', `this key's limit parameters is ${PARAMETERS - 1}, and the model has ${PARAMETERS}`],
        ['training', expect.stringMatching(/^this key's limit flops is 10, and the job needs \d+$/)],
        ['priority', "this key's limit priority is 0, and the job asks for 1"],
        ['training.max_seconds', "this key's limit max_seconds is 60, and the job asks for 61"],
      ]);
    }
  });

  it('admit a job that exactly meets them, and fill in max_seconds if the job omits it', async () => {
    const { body: report } = await api.post('/jobs/validate', jobBody(), OPERATOR);
    expect(report.flops).toBeGreaterThan(0);
    const { as } = await keyWith({
      parameters: PARAMETERS,
      flops: report.flops,
      max_seconds: 60,
      priority: 2,
    });
    const { status, body } = await api.post('/jobs', jobBody({ priority: 2 }), as);
    expect(status, JSON.stringify(body)).toBe(201);
    expect(body).toMatchObject({ priority: 2, training: { max_seconds: 60 } });
    expect(body.interpreted).toContainEqual({ param: 'training.max_seconds', from: null, to: 60 });
    const less = await api.post('/jobs', jobBody({ training: { ...training, max_seconds: 5 } }), as);
    expect(less.body.training.max_seconds).toBe(5);
  });

  it("lower the default priority if the key's limit is below it", async () => {
    const { as } = await keyWith({ priority: -2 });
    const { body } = await api.post('/jobs', jobBody(), as);
    expect(body.priority).toBe(-2);
    expect(body.interpreted).toContainEqual({ param: 'priority', from: null, to: -2 });
    expect((await api.post('/jobs', jobBody({ priority: -1 }), as)).status).toBe(422);
    expect((await api.post('/jobs', jobBody({ priority: -3 }), as)).body.priority).toBe(-3);
  });

  it('count three times the forward FLOPs for a training sample and once for a held-out one', async () => {
    const flopsOf = async (held: object, epochs: number) =>
      (await api.post('/jobs/validate', jobBody({ training: { ...training, epochs, ...held } }), OPERATOR))
        .body.flops as number;
    const forward = (await api.post('/models/validate', MODEL, OPERATOR)).body.flops as number;
    expect(await flopsOf({}, 1)).toBe(forward * 3 * 4);
    expect(await flopsOf({}, 5)).toBe(forward * 3 * 4 * 5);
    expect(await flopsOf({ validation_split: 0.25 }, 5)).toBe(forward * (3 * 3 + 1) * 5);
  });
});

it('queued jobs: one more is a 429 even under concurrency, and a slot frees up when a job starts', async () => {
  const { as } = await keyWith({ queued_jobs: 2 });
  const { id: dataset } = (await api.post('/datasets', POINTS, as)).body;
  const post = () => api.post('/jobs', jobBody({ dataset }), as);
  const replies = await Promise.all(Array.from({ length: 6 }, post));
  expect(replies.map(({ status }) => status).sort()).toEqual([201, 201, 429, 429, 429, 429]);
  const refused = replies.find(({ status }) => status === 429)!;
  expect(refused.body.error.message).toContain('queued_jobs is 2, and 2 of its jobs are already waiting');
  expect(refused.headers.get('retry-after')).toBe('10');
  const one = replies.find(({ status }) => status === 201)!;
  await api.store.jobs.claim(one.body.id, 'w', 60);
  expect((await post()).status).toBe(201);
});

it('upload bytes: an upload over the limit is refused whole, and deleting a dataset frees its bytes', async () => {
  const { as } = await keyWith({});
  const first = (await api.post('/datasets', POINTS, as)).body as { id: string; bytes: number };
  const tight = await keyWith({ upload_bytes: 2 * first.bytes });
  const files = async () => (await api.get('/datasets?limit=100', tight.as)).body.data.length as number;
  for (let i = 0; i < 2; i++) expect((await api.post('/datasets', POINTS, tight.as)).status).toBe(201);
  const before = await files();
  const over = await api.post('/datasets', POINTS, tight.as);
  expect(over.status).toBe(422);
  expect(over.body.error.message).toContain(
    `upload_bytes is ${2 * first.bytes}: it holds ${2 * first.bytes}, and this adds ${first.bytes}`,
  );
  const inline = await api.post('/jobs', jobBody(), tight.as);
  expect(inline.status).toBe(422);
  expect(await files()).toBe(before);
  const [newest] = (await api.get('/datasets', tight.as)).body.data;
  await api.delete(`/datasets/${newest.id}`, tight.as);
  expect((await api.post('/datasets', POINTS, tight.as)).status).toBe(201);
});
