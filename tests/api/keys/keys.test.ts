import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { buildApp } from '../../../services/api/app.ts';
import { until } from '../../support/until.ts';
import { LOOPBACK } from '../bare-app.ts';
import { type Api, jobBody, startApi } from '../running-api.ts';

const KEY = 'the-key-of-the-operator';
const OPERATOR = { authorization: `Bearer ${KEY}` };
const as = (key: string) => ({ authorization: `Bearer ${key}` });

let api: Api;
beforeAll(async () => {
  api = await startApi({}, undefined, { apiKey: KEY });
});
afterAll(() => api.close());

async function create(body: object = { name: 'laptop', tenant: 'acme' }) {
  const reply = await api.post('/keys', body, OPERATOR);
  expect(reply.status, JSON.stringify(reply.body)).toBe(201);
  return reply.body as { id: string; key: string; tenant: string; limits: object };
}

it('a key is shown once, is listed without its secret, and authenticates', async () => {
  const reply = await api.post('/keys', { name: 'laptop', tenant: 'acme' }, OPERATOR);
  expect(reply.status).toBe(201);
  const { key, ...shown } = reply.body;
  expect(key).toMatch(/^epochd_[0-9a-hjkmnp-tv-z]{32}$/);
  expect(shown).toMatchObject({
    object: 'api_key',
    name: 'laptop',
    tenant: 'acme',
    hint: key.slice(-4),
    last_used_at: null,
    revoked_at: null,
  });
  expect(reply.headers.get('location')).toBe(`/keys/${shown.id}`);
  expect((await api.get(`/keys/${shown.id}`, OPERATOR)).body).toEqual(shown);
  expect((await api.get('/keys', OPERATOR)).body.data[0]).toEqual(shown);
  expect((await api.get('/jobs', as(key))).status).toBe(200);
});

it('a key is stored only as its SHA-256, so nothing stored authenticates', async () => {
  const { id, key } = await create();
  const found = await api.store.keys.findByHash(createHash('sha256').update(key).digest('hex'));
  expect(found?.id).toBe(id);
  expect(JSON.stringify(found)).not.toContain(key.slice('epochd_'.length, -4));
});

it('a replayed creation creates nothing and omits the key', async () => {
  const headers = { ...OPERATOR, 'idempotency-key': 'once' };
  const first = await api.post('/keys', { name: 'ci', tenant: 'acme' }, headers);
  const again = await api.post('/keys', { name: 'ci', tenant: 'acme' }, headers);
  expect(again.status).toBe(201);
  expect(again.headers.get('idempotency-replayed')).toBe('true');
  expect(again.body).toEqual({ ...first.body, key: null });
});

it.each([
  ['no name', {}, 'name'],
  ['a tenant with capitals', { name: 'x', tenant: 'Acme' }, 'tenant'],
  ['a tenant with a space', { name: 'x', tenant: 'ac me' }, 'tenant'],
  ['an unknown field', { name: 'x', tennant: 'acme' }, 'tennant'],
])('a key is refused with %s', async (_what, body, param) => {
  const reply = await api.post('/keys', body, OPERATOR);
  expect(reply.status).toBe(400);
  expect(reply.body.error.details.map((it: { param: string }) => it.param)).toContain(param);
});

it('a revoked key is refused at once here and soon by other processes; its row stays', async () => {
  const { id, key } = await create();
  const other = await buildApp({ store: api.store, config: { ...LOOPBACK, apiKey: KEY } });
  try {
    const elsewhere = async () => (await other.inject({ url: '/jobs', headers: as(key) })).statusCode;
    expect(await elsewhere()).toBe(200);
    expect((await api.get('/jobs', as(key))).status).toBe(200);
    const revoked = await api.delete(`/keys/${id}`, OPERATOR);
    expect(revoked.status).toBe(200);
    expect(revoked.body.revoked_at).not.toBeNull();
    const refused = await api.get('/jobs', as(key));
    expect(refused.status).toBe(401);
    expect(refused.body.error.message).toMatch(/revoked/);
    await until(async () => ((await elsewhere()) === 401 ? true : null), 5_000);
  } finally {
    await other.close();
  }
  expect((await api.delete(`/keys/${id}`, OPERATOR)).body.revoked_at).toEqual(
    (await api.get(`/keys/${id}`, OPERATOR)).body.revoked_at,
  );
  expect((await api.get('/keys/key_00000000000000000000000000', OPERATOR)).status).toBe(404);
  expect((await api.delete('/keys/key_00000000000000000000000000', OPERATOR)).status).toBe(404);
});

it('a patch renames a key and changes its limits, and leaves what it does not name', async () => {
  const limits = { requests_per_second: 5, running_jobs: 2 };
  const { key, ...before } = await create({ name: 'laptop', tenant: 'acme', limits });
  const change = { name: 'renamed', limits: { running_jobs: null, parameters: 1 } };
  const changed = await api.patch(`/keys/${before.id}`, change, OPERATOR);
  expect(changed).toMatchObject({ status: 200 });
  expect(changed.body).toEqual({
    ...before,
    name: 'renamed',
    limits: { ...before.limits, running_jobs: null, parameters: 1 },
  });
  expect((await api.get(`/keys/${before.id}`, OPERATOR)).body).toEqual(changed.body);
  const large = await api.post('/jobs', jobBody(), as(key));
  expect(large.body.error.details).toEqual([expect.objectContaining({ code: 'limit_exceeded' })]);
  const wrong = await api.patch(`/keys/${before.id}`, { limits: { jobs: 2 }, tenant: 'other' }, OPERATOR);
  expect(wrong.status).toBe(400);
  expect(wrong.body.error.details.map((it: { param: string }) => it.param).sort()).toEqual([
    'limits.jobs',
    'tenant',
  ]);
  const nobody = '/keys/key_00000000000000000000000000';
  expect((await api.patch(nobody, { name: 'x' }, OPERATOR)).status).toBe(404);
});

it('revoking a key closes the streams it opened, including those opened with its stream tokens, and no others', async () => {
  const revoked = await create();
  const kept = await create();
  const job = (await api.post('/jobs', jobBody(), as(kept.key))).body.id as string;
  const other = await buildApp({ store: api.store, config: { ...LOOPBACK, apiKey: KEY } });
  const url = await other.listen({ host: '127.0.0.1', port: 0 });
  const socket = async (base: string, key: string) => {
    const opened = new WebSocket(`${base.replace('http', 'ws')}/jobs/${job}/stream`, { headers: as(key) });
    await once(opened, 'open');
    return opened;
  };
  try {
    const { token } = (await api.post(`/jobs/${job}/stream-token`, undefined, as(revoked.key))).body;
    const here = await socket(api.url, revoked.key);
    const there = await socket(url, revoked.key);
    const others = await socket(api.url, kept.key);
    const byToken = new WebSocket(`${api.url.replace('http', 'ws')}/jobs/${job}/stream?token=${token}`);
    await once(byToken, 'open');
    const events = await fetch(`${url}/jobs/${job}/stream`, {
      headers: { ...as(revoked.key), accept: 'text/event-stream' },
    });
    const closed = Promise.all([here, there, byToken].map((it) => once(it, 'close')));
    await api.delete(`/keys/${revoked.id}`, OPERATOR);
    expect((await closed).map(([code]) => code)).toEqual([4401, 4401, 4401]);
    await events.text(); // resolves only once the stream has ended
    expect(others.readyState).toBe(WebSocket.OPEN);
    others.terminate();
    const late = await fetch(`${api.url}/jobs/${job}/stream?token=${token}`);
    expect(late.status).toBe(401);
  } finally {
    await other.close();
  }
});

it("without EPOCHD_API_KEY no key is required, and a request with an issued key acts as that key's tenant", async () => {
  const open = await startApi();
  try {
    const { body } = await open.post('/keys', { name: 'laptop', tenant: 'acme' });
    const job = (await open.post('/jobs', jobBody())).body.id as string;
    expect((await open.get(`/jobs/${job}`)).status).toBe(200);
    expect((await open.get(`/jobs/${job}`, as('what-a-client-sends-anyway'))).status).toBe(200);
    expect((await open.get(`/jobs/${job}`, as(body.key))).status).toBe(404);
    expect((await open.get('/metrics', as(body.key))).status).toBe(403);
    const unknown = body.key.slice(0, -6) + (body.key.endsWith('000000') ? '111111' : '000000');
    expect((await open.get(`/jobs/${job}`, as(unknown))).status).toBe(401);
  } finally {
    await open.close();
  }
});
