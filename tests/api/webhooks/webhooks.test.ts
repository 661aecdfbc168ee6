// Webhooks, from the end of a job to a receiver that verifies them according to Standard Webhooks.

import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { WebhookDelivery } from '#contracts/webhooks.ts';
import type { DueDelivery } from '#store/store.ts';
import { AGAIN_IN, attempt, openSender } from '../../../services/api/webhooks/sender.ts';
import { signedHeaders } from '../../../services/api/webhooks/signature.ts';
import { quietLog } from '../../support/log.ts';
import { until } from '../../support/until.ts';
import { type Api, claim, createJob, startApi, train } from '../running-api.ts';

interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}
let received: Received[] = [];
let answer: { status: number; headers?: Record<string, string> } = { status: 204 };
let receiver: Server;
let base = '';
let api: Api;
let closed: Api;

beforeAll(async () => {
  receiver = createServer(async (request, response) => {
    const body = (await buffer(request)).toString();
    received.push({ path: request.url ?? '', headers: request.headers, body });
    if (request.url === '/silent') return;
    response.writeHead(answer.status, answer.headers).end('x'.repeat(100_000));
  });
  await new Promise<void>((done) => receiver.listen(0, '127.0.0.1', done));
  base = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  api = await startApi({ webhookLookMs: 50 }, undefined, { webhookPrivateAddresses: true });
  closed = await startApi({ webhookLookMs: 50 });
});
afterAll(async () => {
  await api.close();
  await closed.close();
  receiver.closeAllConnections();
  await new Promise((done) => receiver.close(done));
});
beforeEach(async () => {
  received = [];
  answer = { status: 204 };
  for (const { id } of (await api.get('/webhooks')).body.data) await api.delete(`/webhooks/${id}`);
});

async function hook(path = '/hook', change: object = {}) {
  const reply = await api.post('/webhooks', { url: base + path, ...change });
  expect(reply.status, JSON.stringify(reply.body)).toBe(201);
  return reply.body as { id: string; secret: string };
}
const deliveries = async (id: string): Promise<WebhookDelivery[]> =>
  (await api.get(`/webhooks/${id}/deliveries`)).body.data;
const settled = (id: string) =>
  until(async () => {
    const all = await deliveries(id);
    return all.length > 0 && all.every(({ status }) => status !== 'pending') ? all : null;
  }, 10_000);

describe('a job that ends', () => {
  it('is delivered once, signed so that the receiver can verify it', async () => {
    const { id, secret } = await hook();
    const job = await createJob(api);
    await train(api, job.id);
    const [delivery] = await settled(id);
    expect(delivery).toMatchObject({
      object: 'webhook.delivery',
      webhook_id: id,
      event: 'job.succeeded',
      job_id: job.id,
      status: 'delivered',
      attempts: 1,
      response_status: 204,
      error: null,
      next_attempt_at: null,
    });
    expect(received).toHaveLength(1);
    const { headers, body, path } = received[0]!;
    expect(path).toBe('/hook');
    expect(JSON.parse(body)).toEqual({
      type: 'job.succeeded',
      timestamp: delivery!.created_at,
      data: { job_id: job.id, status: 'succeeded', stop_reason: 'completed', path: `/jobs/${job.id}` },
    });
    expect(headers['content-type']).toBe('application/json');
    expect(headers['webhook-id']).toBe(delivery!.id);
    const timestamp = headers['webhook-timestamp'] as string;
    expect(Math.abs(Number(timestamp) - Date.now() / 1000)).toBeLessThan(60);
    const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
    const signed = createHmac('sha256', key).update(`${delivery!.id}.${timestamp}.${body}`);
    expect(headers['webhook-signature']).toBe(`v1,${signed.digest('base64')}`);
  });

  it('is delivered however it ends: cancelled while queued, or failed', async () => {
    const { id } = await hook();
    const waiting = await createJob(api);
    await api.post(`/jobs/${waiting.id}/cancel`);
    const failing = await createJob(api);
    const end = { status: 'failed', stopReason: 'diverged', message: 'x' } as const;
    await api.store.jobs.finish(await claim(api, failing.id), end);
    await until(async () => (received.length >= 2 ? true : null), 10_000);
    const told = (await settled(id)).map(({ event, job_id }) => [event, job_id]);
    expect(told).toEqual([
      ['job.failed', failing.id],
      ['job.cancelled', waiting.id],
    ]);
  });

  it('is delivered to every webhook of its tenant, and to no other tenant’s', async () => {
    const one = await hook('/one');
    const two = await hook('/two');
    await api.store.forTenant('acme').webhooks.create({
      id: 'wh_of_acme',
      url: `${base}/acme`,
      name: null,
      secret: one.secret,
    });
    const job = await createJob(api);
    await api.post(`/jobs/${job.id}/cancel`);
    await settled(one.id);
    await settled(two.id);
    expect(received.map(({ path }) => path).sort()).toEqual(['/one', '/two']);
  });
});

const due = (url: string, attempts = 1) => ({
  ...{ id: 'msg_1', webhookId: 'wh_1', event: 'webhook.test' as const, jobId: null, stopReason: null },
  ...{
    createdAt: new Date(0),
    attempts,
    dueAt: null,
    deliveredAt: null,
    responseStatus: null,
    error: null,
  },
  ...{ url, secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' },
});

describe('a receiver', () => {
  it('that fails is retried with the same id and body until it succeeds', async () => {
    const { id } = await hook();
    answer = { status: 500 };
    await api.post(`/webhooks/${id}/test`);
    const first = await until(async () => {
      const [one] = await deliveries(id);
      return one?.error == null ? null : one;
    }, 10_000);
    expect(first).toMatchObject({
      status: 'pending',
      attempts: 1,
      response_status: 500,
      error: 'responded with 500',
    });
    const wait = Date.parse(first.next_attempt_at!) - Date.now();
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThan(AGAIN_IN[0]! * 1_100);
    answer = { status: 200 };
    const [done] = await settled(id);
    expect(done).toMatchObject({ status: 'delivered', attempts: 2, response_status: 200, error: null });
    expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(new Set(received.map(({ body }) => body)).size).toBe(1);
  }, 30_000);

  it('is given up on after hours, not minutes', async () => {
    expect(AGAIN_IN.reduce((sum, seconds) => sum + seconds, 0)).toBeGreaterThan(12 * 3_600);
    answer = { status: 503 };
    const options = { privateAddresses: true };
    const last = await attempt(due(`${base}/hook`, AGAIN_IN.length + 1), options);
    expect(last).toMatchObject({ responseStatus: 503, againIn: null, gone: false });
    const before = await attempt(due(`${base}/hook`, AGAIN_IN.length), options);
    expect(before.againIn).toBeGreaterThan(AGAIN_IN.at(-1)! * 0.89);
  });

  it('that redirects is not followed', async () => {
    answer = { status: 302, headers: { location: `${base}/elsewhere` } };
    const told = await attempt(due(`${base}/hook`), { privateAddresses: true });
    expect(told).toMatchObject({
      responseStatus: 302,
      error: 'responded with 302: redirects are not followed',
    });
    expect(received.map(({ path }) => path)).toEqual(['/hook']);
  });

  it('that does not answer times out', async () => {
    const told = await attempt(due(`${base}/silent`), { privateAddresses: true, timeoutMs: 100 });
    expect(told).toMatchObject({ responseStatus: null, error: 'no response within 0.1 s' });
  });

  it('that answers 410 Gone is disabled', async () => {
    const { id } = await hook();
    answer = { status: 410 };
    await api.post(`/webhooks/${id}/test`);
    const [delivery] = await settled(id);
    expect(delivery).toMatchObject({ status: 'failed', response_status: 410, attempts: 1 });
    expect((await api.get(`/webhooks/${id}`)).body.disabled_at).not.toBeNull();
    const job = await createJob(api);
    await api.post(`/jobs/${job.id}/cancel`);
    expect(await deliveries(id)).toHaveLength(1);
  });

  it('at a private address is refused on creation, and again on delivery', async () => {
    const before = received.length;
    for (const host of ['127.0.0.1', 'localhost']) {
      const url = `${base.replace('127.0.0.1', host)}/hook`;
      const told = await attempt(due(url), { privateAddresses: false });
      expect(told).toMatchObject({
        responseStatus: null,
        error: expect.stringMatching(/not a public address/),
      });
      const refused = await closed.post('/webhooks', { url });
      expect(refused.status).toBe(400);
      expect(refused.body.error.details[0]).toMatchObject({ param: 'url', code: 'private_address' });
    }
    expect(received).toHaveLength(before);
  });
});

it('a delivery that was due when its process died is sent by the next one', async () => {
  const { id } = await hook('/late');
  const { deliveries: queue } = api.store;
  await closed.close(); // `closed` has its own database, which this test does not look at
  closed = await startApi();
  const lone = await startApi({ webhookLookMs: 3_600_000 }, undefined, { webhookPrivateAddresses: true });
  try {
    const other = (await lone.post('/webhooks', { url: `${base}/lone` })).body.id as string;
    await lone.store.forTenant('default').webhooks.test(other);
    const [taken] = await lone.store.deliveries.take(10);
    expect(taken).toMatchObject({ webhookId: other, attempts: 1 });
    // Its lease keeps others from taking it for a minute.
    expect(await lone.store.deliveries.take(10)).toEqual([]);
    await lone.store.deliveries.record(taken!.id, {
      responseStatus: null,
      error: 'died',
      againIn: 0,
      gone: false,
    });
    const sender = openSender({
      deliveries: lone.store.deliveries,
      log: quietLog,
      privateAddresses: true,
      lookMs: 20,
    });
    sender.start();
    await until(async () => (received.some(({ path }) => path === '/lone') ? true : null), 10_000);
    await sender.close();
  } finally {
    await lone.close();
  }
  expect(await queue.take(0)).toEqual([]);
  expect(await deliveries(id)).toEqual([]);
});

describe('the sender', () => {
  const queueOf = (take: (limit: number) => Promise<DueDelivery[]>) => {
    const recorded: string[] = [];
    const record = async (id: string) => void recorded.push(id);
    const deliveries = { take, record };
    const options = { log: quietLog, privateAddresses: true, lookMs: 3_600_000 };
    return { sender: openSender({ deliveries, ...options }), recorded };
  };

  it('looks again at once if it is hurried during a look', async () => {
    const taken = Promise.withResolvers<DueDelivery[]>();
    let looks = 0;
    const { sender } = queueOf(() => (++looks === 1 ? taken.promise : Promise.resolve([])));
    sender.start();
    sender.hurry();
    await until(async () => (looks === 1 ? true : null), 10_000);
    sender.hurry();
    taken.resolve([]);
    await until(async () => (looks === 2 ? true : null), 10_000);
    await sender.close();
  });

  it('looks again after a look that found as many deliveries in flight as are allowed', async () => {
    const held: ServerResponse[] = [];
    const slow = createServer((_request, response) => void held.push(response));
    await new Promise<void>((done) => slow.listen(0, '127.0.0.1', done));
    const url = `http://127.0.0.1:${(slow.address() as AddressInfo).port}/`;
    const limits: number[] = [];
    const { sender, recorded } = queueOf(async (limit) => {
      limits.push(limit);
      return limits.length > 1
        ? []
        : Array.from({ length: limit }, (_, i) => ({ ...due(url), id: `msg_${i}` }));
    });
    try {
      sender.start();
      sender.hurry();
      await until(async () => (held.length === limits[0] ? true : null), 10_000);
      sender.hurry();
      await new Promise((done) => setTimeout(done, 0)); // runs after the timer that hurry() set
      for (const response of held) response.writeHead(204).end();
      await until(async () => (recorded.length === held.length ? true : null), 10_000);
      sender.hurry();
      await until(async () => (limits.length === 2 ? true : null), 10_000);
    } finally {
      await sender.close();
      slow.closeAllConnections();
      await new Promise((done) => slow.close(done));
    }
  });
});

describe('a webhook', () => {
  it.each([
    ['no URL', {}, 'url'],
    ['another protocol', { url: 'ftp://hooks.example/' }, 'url'],
    ['a password in the URL', { url: 'https://me:secret@hooks.example/' }, 'url'],
    ['a secret that is too short', { url: 'https://hooks.example/', secret: 'whsec_c2hvcnQ=' }, 'secret'],
    ['an unknown field', { url: 'https://hooks.example/', events: [] }, 'events'],
  ])('is refused with %s', async (_what, body, param) => {
    const reply = await api.post('/webhooks', body);
    expect(reply.status).toBe(400);
    expect(reply.body.error.param).toBe(param);
  });

  it('may supply its own secret, which is shown once', async () => {
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    const { id, secret: shown } = await hook('/hook', { secret, name: 'ci' });
    expect(shown).toBe(secret);
    const { body } = await api.get(`/webhooks/${id}`);
    expect(body).toMatchObject({ id, object: 'webhook', name: 'ci', disabled_at: null });
    expect(JSON.stringify([body, (await api.get('/webhooks')).body])).not.toContain(secret);
  });

  it('is limited to twenty, and a deleted one is gone', async () => {
    const ids = [];
    for (let i = 0; i < 20; i++) ids.push((await hook()).id);
    const over = await api.post('/webhooks', { url: `${base}/hook` });
    expect(over.status).toBe(422);
    expect(over.body.error.code).toBe('limit_exceeded');
    expect((await api.delete(`/webhooks/${ids[0]}`)).status).toBe(204);
    expect((await api.get(`/webhooks/${ids[0]}`)).status).toBe(404);
    expect((await api.get(`/webhooks/${ids[0]}/deliveries`)).status).toBe(404);
    await hook();
  });
});

it('the signature matches the example of Standard Webhooks', () => {
  const secret = 'whsec_plJ3nmyCDGBKInavdOK15jsl';
  const body = '{"event_type":"ping","data":{"success":true}}';
  const headers = signedHeaders({ id: 'msg_loFOjxBNrRLzqYUf', secret }, body, 1_731_705_121_000);
  expect(headers).toEqual({
    'webhook-id': 'msg_loFOjxBNrRLzqYUf',
    'webhook-timestamp': '1731705121',
    'webhook-signature': 'v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=',
  });
});
