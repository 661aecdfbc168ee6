// Tenant isolation, at every route: a request for another tenant's resource gets the same reply as one for a resource that does not exist.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { newId } from '#contracts/ids.ts';
import { type Api, jobBody, POINTS, startApi, train } from '../running-api.ts';
import { BODIES, hasId, type Ids, LISTS, OPERATORS, REFERENCES, routes } from './tenant-cases.ts';

const OPERATOR = { authorization: 'Bearer the-key-of-the-operator' };

const byId = routes.filter(({ name, url }) => hasId(url) && !OPERATORS.includes(name));

let api: Api;
const bearer: Record<string, { authorization: string }> = {};
let theirs: Ids;
let missing: Ids;

beforeAll(async () => {
  api = await startApi({}, undefined, { apiKey: 'the-key-of-the-operator' });
  for (const tenant of ['acme', 'globex']) {
    const { status, body } = await api.post('/keys', { name: 'laptop', tenant }, OPERATOR);
    expect(status, JSON.stringify(body)).toBe(201);
    bearer[tenant] = { authorization: `Bearer ${body.key}` };
  }
  const dataset = (await api.post('/datasets', POINTS, bearer.acme)).body.id as string;
  const job = (await api.post('/jobs', jobBody({ dataset }), bearer.acme)).body.id as string;
  const running = await api.post('/jobs', jobBody({ dataset }), bearer.acme);
  await train(api, job);
  const file = await fetch(`${api.url}/jobs/${job}/weights`, { headers: bearer.acme! });
  const uploaded = await fetch(`${api.url}/weights`, {
    method: 'POST',
    headers: { ...bearer.acme!, 'content-type': 'application/octet-stream' },
    body: await file.arrayBuffer(),
  });
  const weights = ((await uploaded.json()) as { id: string }).id;
  const lease = (await api.store.jobs.claim(running.body.id, 'a test', 600))!.lease;
  const place = { epoch: 1, step: 2, best: null, file: Buffer.from('a checkpoint'), keepLast: 2 };
  await api.store.checkpoints.put(lease, place);
  const [checkpoint] = await api.store.checkpoints.list(running.body.id);
  const webhook = (await api.post('/webhooks', { url: 'https://1.1.1.1/hook' }, bearer.acme)).body.id;
  const folds = await api.post('/cross-validations', { ...jobBody({ dataset }), folds: 2 }, bearer.acme);
  const crossValidation = folds.body.id;
  const announced = { ...bearer.acme, 'tus-resumable': '1.0.0', 'upload-length': '4' };
  const upload = (await api.post('/uploads', undefined, announced)).body.id;
  theirs = { job, dataset, weights, checkpoint: checkpoint!.id, webhook, crossValidation, upload };
  missing = {
    job: newId('job'),
    dataset: newId('dataset'),
    weights: newId('weights'),
    checkpoint: newId('checkpoint'),
    webhook: newId('webhook'),
    crossValidation: newId('cross-validation'),
    upload: newId('upload'),
  };
});
afterAll(() => api.close());

const KINDS: Record<string, keyof Ids> = {
  datasets: 'dataset',
  weights: 'weights',
  webhooks: 'webhook',
  'cross-validations': 'crossValidation',
  uploads: 'upload',
};

function pathWith(url: string, ids: Ids): string {
  const kind = KINDS[url.split('/')[1]!] ?? 'job';
  return url.replace('{id}', ids[kind]).replace('{checkpoint}', ids.checkpoint);
}

interface Reply {
  status: number;
  /** The requested ids are replaced by their kinds, so that replies for different ids compare equal. */
  text: string;
}

async function ask(method: string, url: string, ids: Ids, body: unknown, as: string): Promise<Reply> {
  const reply = await fetch(api.url + url, {
    method: method.toUpperCase(),
    headers: {
      ...bearer[as],
      'tus-resumable': '1.0.0',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  let text = await reply.text();
  for (const [kind, id] of Object.entries(ids)) text = text.replaceAll(id, `<${kind}>`);
  return { status: reply.status, text };
}

describe('what belongs to another tenant is indistinguishable from what does not exist', () => {
  it.each(byId)('$name', async ({ name, method, url }) => {
    const body = (ids: Ids) => BODIES[name]?.(ids);
    const reply = await ask(method, pathWith(url, theirs), theirs, body(theirs), 'globex');
    expect(reply.status, reply.text).toBe(404);
    expect(reply).toEqual(await ask(method, pathWith(url, missing), missing, body(missing), 'globex'));
  });

  it.each(Object.entries(REFERENCES))('when referenced by a body of %s', async (name, bodies) => {
    const [method, url] = name.split(' ') as [string, string];
    for (const body of bodies) {
      const reply = await ask(method, url, theirs, body(theirs), 'globex');
      expect(reply.status, reply.text).toBeGreaterThanOrEqual(400);
      expect(reply.status, reply.text).toBeLessThan(500);
      expect(reply).toEqual(await ask(method, url, missing, body(missing), 'globex'));
    }
  });

  it("as the dataset to evaluate one's own model on", async () => {
    const own = (await api.post('/jobs', jobBody(), bearer.globex)).body.id as string;
    await train(api, own);
    const measure = (ids: Ids) =>
      ask('post', `/jobs/${own}/evaluate`, ids, { dataset: ids.dataset }, 'globex');
    expect(await measure(theirs)).toEqual(await measure(missing));
    expect((await api.delete(`/jobs/${own}`, bearer.globex)).status).toBe(204);
  });

  it('in lists', async () => {
    for (const name of LISTS) {
      const url = name.split(' ')[1]!;
      for (const { id } of (await api.get(url, bearer.acme)).body.data) {
        const { body } = await api.get(url, bearer.globex);
        expect(body.data.map((one: { id: string }) => one.id)).not.toContain(id);
      }
      expect((await api.get(url, bearer.acme)).body.data.length).toBeGreaterThan(0);
    }
    const { status } = await api.get(`/jobs?sort=finished_at&after=${theirs.job}`, bearer.globex);
    expect(status).toBe(400);
  });

  it('over a WebSocket or Server-Sent Events', async () => {
    const handshake = (as: string, ids: Ids) =>
      new Promise<number>((resolve) => {
        const url = `${api.url.replace('http', 'ws')}/jobs/${ids.job}/stream`;
        const socket = new WebSocket(url, { headers: bearer[as]! });
        socket.on('error', () => {});
        socket.on('open', () => {
          resolve(101);
          socket.terminate();
        });
        socket.on('unexpected-response', (request, response) => {
          response.resume();
          request.destroy();
          resolve(response.statusCode ?? 0);
        });
      });
    expect(await handshake('globex', theirs)).toBe(404);
    expect(await handshake('globex', missing)).toBe(404);
    expect(await handshake('acme', theirs)).toBe(101);
    const sse = (as: string, id: string) =>
      fetch(`${api.url}/jobs/${id}/stream`, {
        headers: { ...bearer[as]!, accept: 'text/event-stream' },
      }).then(async (reply) => ({ status: reply.status, length: (await reply.text()).length > 0 }));
    expect((await sse('globex', theirs.job)).status).toBe(404);
    expect((await sse('acme', theirs.job)).status).toBe(200);
  });

  it('except with a stream token, which the owner issued for that job', async () => {
    const { token } = (await api.post(`/jobs/${theirs.job}/stream-token`, undefined, bearer.acme)).body;
    const open = (id: string) =>
      fetch(`${api.url}/jobs/${id}/stream?token=${token}`, { headers: { accept: 'text/event-stream' } });
    const reply = await open(theirs.job);
    expect(reply.status).toBe(200);
    expect(await reply.text()).toContain('"type":"done"');
    expect((await open(missing.job)).status).toBe(401);
  });

  it.each(OPERATORS)('and %s is for the operator only', async (name) => {
    const [method, url] = name.split(' ') as [string, string];
    const body = method === 'post' ? { name: 'x', tenant: 'acme' } : undefined;
    const reply = await ask(method, pathWith(url, missing), missing, body, 'globex');
    expect(reply.status, reply.text).toBe(403);
  });
});

it('a cached prediction is not served to another tenant', async () => {
  const rows = { inputs: [[0, 1]] };
  const url = `/jobs/${theirs.job}/predict`;
  expect((await api.post(url, rows, bearer.acme)).status).toBe(200);
  expect((await api.post(url, rows, bearer.globex)).status).toBe(404);
  expect((await api.post(url, rows, OPERATOR)).status).toBe(404);
});

it('the same Idempotency-Key in two tenants creates two datasets', async () => {
  const key = { 'idempotency-key': 'the-same' };
  const ids = [];
  for (const as of [bearer.acme!, bearer.globex!, OPERATOR, bearer.acme!]) {
    ids.push((await api.post('/datasets', POINTS, { ...as, ...key })).body.id);
  }
  expect(new Set(ids).size).toBe(3);
  expect(ids[3]).toBe(ids[0]);
});

it('the operator’s key and keys without a tenant belong to the default tenant', async () => {
  const { body } = await api.post('/jobs', jobBody(), OPERATOR);
  expect((await api.store.jobs.get(body.id))?.tenant).toBe('default');
  const { key } = (await api.post('/keys', { name: 'ci' }, OPERATOR)).body;
  expect((await api.get(`/jobs/${body.id}`, { authorization: `Bearer ${key}` })).status).toBe(200);
  expect((await api.get(`/jobs/${body.id}`, bearer.acme)).status).toBe(404);
  expect((await api.get(`/jobs/${theirs.job}`, OPERATOR)).status).toBe(404);
});

it('none of these requests changed what the other tenant owns', async () => {
  for (const url of [`/jobs/${theirs.job}`, `/datasets/${theirs.dataset}`, `/weights/${theirs.weights}`]) {
    expect((await api.get(url, bearer.acme)).status).toBe(200);
  }
  expect(await api.store.checkpoints.find(theirs.checkpoint)).not.toBeNull();
});
