import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ErrorBody } from '#contracts/errors.ts';
import { type BareOptions, bareApp, keptLog } from '../bare-app.ts';

async function open(options: BareOptions) {
  const app = await bareApp(options);
  onTestFinished(() => app.close());
  return app;
}

describe('an internal failure', () => {
  it('is logged, and the caller gets only the request id', async () => {
    const { log, lines } = keptLog();
    const list = async () => {
      throw new Error('relation "job" of db-7.internal does not exist');
    };
    const app = await open({ log, store: { jobs: { list } } });
    const reply = await app.inject({ url: '/jobs', headers: { 'x-request-id': 'mine-1' } });
    expect(reply.statusCode).toBe(500);
    expect(reply.headers['x-request-id']).toBe('mine-1');
    expect(ErrorBody.parse(reply.json()).error).toEqual({
      code: 'internal',
      type: 'internal_error',
      message: 'internal error; see request mine-1',
      param: null,
      details: [],
    });
    const logged = lines.find(({ level }) => level === 'error');
    expect(String((logged!.fields as { err: Error }).err)).toContain('db-7.internal');
  });

  it('is a 503 rather than a 500 if the database is unreachable', async () => {
    const list = async () => {
      throw new Error('query failed', {
        cause: Object.assign(new Error('connect ECONNREFUSED 10.0.0.7:5432'), { code: 'ECONNREFUSED' }),
      });
    };
    const app = await open({ store: { datasets: { list } } });
    const reply = await app.inject('/datasets');
    expect(reply.statusCode).toBe(503);
    expect(reply.json().error.code).toBe('unavailable');
    expect(reply.body).not.toContain('10.0.0.7');
  });

  it('includes a reply that violates its own schema', async () => {
    const list = async () => ({ items: [{ id: 7 } as never], hasMore: false });
    const app = await open({ store: { datasets: { list } } });
    const reply = await app.inject('/datasets');
    expect(reply.statusCode).toBe(500);
    expect(reply.json().error.code).toBe('internal');
  });

  it('of the database fails /readyz but not /healthz', async () => {
    const ping = async () => {
      throw new Error('no answer from 10.0.0.7');
    };
    const app = await open({ store: { ping: ping as never } });
    const reply = await app.inject('/readyz');
    expect(reply.statusCode).toBe(503);
    expect(reply.body).not.toContain('10.0.0.7');
    expect((await app.inject('/healthz')).json()).toEqual({ status: 'ok' });
  });

  it('is what /readyz reports while draining, though requests are still answered', async () => {
    const draining = new AbortController();
    const app = await open({ draining: draining.signal });
    expect((await app.inject('/readyz')).json()).toEqual({ status: 'ready' });
    draining.abort();
    const reply = await app.inject('/readyz');
    expect([reply.statusCode, reply.json().error.message]).toEqual([503, 'the service is shutting down']);
    expect((await app.inject('/jobs')).statusCode).toBe(200);
  });
});

describe('every reply', () => {
  it.each([
    ['/healthz', 200],
    ['/nothing', 404],
    ['/jobs?limit=0', 400],
    ['/jobs/%zz', 400],
    [`/jobs/${'x'.repeat(200)}`, 404],
  ])('to %s (%i) carries a request id', async (url, status) => {
    const app = await open({});
    const reply = await app.inject(url);
    expect(reply.statusCode).toBe(status);
    expect(reply.headers['x-request-id']).toMatch(/^req_[0-9a-f-]{36}$/);
  });

  it("has a generated request id if the caller's is invalid", async () => {
    const app = await open({});
    for (const given of ['a b', '<script>', 'x'.repeat(101)]) {
      const reply = await app.inject({ url: '/healthz', headers: { 'x-request-id': given } });
      expect(reply.headers['x-request-id']).toMatch(/^req_/);
    }
  });

  it("has the contract's error format even if the request is not HTTP", async () => {
    const app = await open({});
    await app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = app.server.address() as { port: number };
    for (const garbage of ['hello\r\n\r\n', `GET / HTTP/1.1\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`]) {
      const socket = connect(port, '127.0.0.1');
      socket.write(garbage);
      const reply = await text(socket);
      expect(reply).toMatch(/^HTTP\/1\.1 400 /);
      expect(reply).toMatch(/x-request-id: req_/);
      expect(ErrorBody.parse(JSON.parse(reply.slice(reply.indexOf('{')))).error.code).toBe('invalid_request');
    }
  });
});

describe('a query string', () => {
  it('gets all its problems reported at once, with the nearest known name for each unknown key', async () => {
    const app = await open({});
    const reply = await app.inject('/jobs?limit=0&aftr=job_1');
    expect(reply.statusCode).toBe(400);
    expect(reply.json().error.details).toMatchObject([
      { param: 'limit', code: 'too_small' },
      { param: 'aftr', code: 'unknown_key', message: expect.stringContaining('did you mean "after"?') },
    ]);
  });

  it.each(['limit=101', 'limit=1.5', 'limit=x', 'limit=1&limit=2', 'after=ds_1', 'after=%00'])(
    'of a list is refused with %s',
    async (query) => {
      const app = await open({});
      const reply = await app.inject(`/jobs?${query}`);
      expect(reply.statusCode).toBe(400);
      expect(reply.json().error.details).toHaveLength(1);
    },
  );
});
