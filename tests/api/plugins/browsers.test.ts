import { createHmac } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import type { JobRecord } from '#store/store.ts';
import { STREAM_TOKEN_SECONDS, streamTokens } from '../../../services/api/access/stream-token.ts';
import type { ApiConfig } from '../../../services/api/context.ts';
import { bareApp, keptLog } from '../bare-app.ts';

const KEY = 'a-key/of=enough+characters';
const JOB = 'job_00000000000000000000000000';
const OTHER = 'job_00000000000000000000000001';
const PAGE = 'https://app.example';
const bearer = { authorization: `Bearer ${KEY}` };

const known = (id: string): JobRecord | null =>
  [JOB, OTHER].includes(id) ? ({ id, status: 'succeeded', lastSeq: 0 } as JobRecord) : null;

async function open(config: Partial<ApiConfig>, log = keptLog().log) {
  const store = {
    jobs: { get: async (id: string) => known(id) },
    events: { subscribe: async () => () => {}, list: async () => [] },
  };
  const app = await bareApp({ config, log, store });
  onTestFinished(() => app.close());
  return app;
}

/** The outcome of a handshake: the status that refuses it, or the agreed subprotocol and the close code. */
function handshake(url: string, protocols: string[], headers: Record<string, string> = {}) {
  return new Promise<number | [protocol: string, code: number]>((resolve) => {
    const socket = new WebSocket(url, protocols, { headers });
    socket.on('error', () => {});
    socket.on('close', (code) => resolve([socket.protocol, code]));
    socket.on('unexpected-response', (_request, response) => {
      response.resume();
      resolve(response.statusCode as number);
    });
  });
}

describe('a page from another origin', () => {
  it('gets CORS headers only if its origin is allowed, and cookies never authenticate', async () => {
    const app = await open({ apiKey: KEY, corsOrigins: [PAGE] });
    const get = (origin: string) => app.inject({ url: '/jobs', headers: { ...bearer, origin } });
    const allowed = await get(PAGE);
    expect(allowed.headers['access-control-allow-origin']).toBe(PAGE);
    expect(allowed.headers['access-control-expose-headers']).toContain('Location');
    expect(allowed.headers['access-control-allow-credentials']).toBeUndefined();
    expect(allowed.headers.vary).toContain('Origin');
    const refused = await get('https://app.example.evil.example');
    expect(refused.headers['access-control-allow-origin']).toBeUndefined();
    const cookie = await app.inject({ url: '/jobs', headers: { cookie: `authorization=Bearer ${KEY}` } });
    expect(cookie.statusCode).toBe(401);
  });

  it('may send a preflight without a key, and can read error replies', async () => {
    const app = await open({ apiKey: KEY, corsOrigins: [PAGE] });
    const ask = (origin: string) =>
      app.inject({
        method: 'OPTIONS',
        url: '/jobs',
        headers: { origin, 'access-control-request-method': 'POST' },
      });
    const reply = await ask(PAGE);
    expect(reply.statusCode).toBe(204);
    expect(reply.headers['access-control-allow-methods']).toContain('POST');
    expect(reply.headers['access-control-allow-headers']).toContain('Authorization');
    expect((await ask('https://elsewhere.example')).statusCode).toBe(401);
    const unauthorized = await app.inject({ url: '/jobs', headers: { origin: PAGE } });
    expect(unauthorized.statusCode).toBe(401);
    expect(unauthorized.headers['access-control-allow-origin']).toBe(PAGE);
  });
});

describe('a stream token', () => {
  it('opens one job until it expires, on every process that has the key', async () => {
    const now = Date.now();
    const { token } = streamTokens(KEY).make(JOB, null, now);
    const elsewhere = streamTokens(KEY);
    expect(elsewhere.read(token, JOB, now)).toEqual({ keyId: null });
    expect(elsewhere.read(token, OTHER, now)).toBeNull();
    expect(elsewhere.read(token, JOB, now + STREAM_TOKEN_SECONDS * 1000)).toBeNull();
    expect(streamTokens(`${KEY}x`).read(token, JOB, now)).toBeNull();
    const longer = Math.floor(now / 1000 + 10_000).toString(36);
    expect(elsewhere.read(token.replace(/^st_[^.]+/, `st_${longer}`), JOB, now)).toBeNull();
    const guess = createHmac('sha256', KEY).update(`${JOB}.${longer}`).digest('base64url');
    expect(elsewhere.read(`st_${longer}.${guess}`, JOB, now)).toBeNull();
  });

  it('is made with the key, and opens only the stream of its job', async () => {
    const app = await open({ apiKey: KEY });
    const make = (headers: Record<string, string>) =>
      app.inject({ method: 'POST', url: `/jobs/${JOB}/stream-token`, headers });
    expect((await make({})).statusCode).toBe(401);
    const { token } = (await make(bearer)).json();
    const sse = async (path: string) =>
      (await app.inject({ url: path, headers: { accept: 'text/event-stream' } })).statusCode;
    expect(await sse(`/jobs/${JOB}/stream?token=${token}`)).toBe(204);
    expect(await sse(`/jobs/${OTHER}/stream?token=${token}`)).toBe(401);
    expect(await sse(`/jobs/${JOB}?token=${token}`)).toBe(401);
    expect(await sse(`/jobs/${JOB}/stream?token=${KEY}`)).toBe(401);
  });
});

describe('a WebSocket from a browser', () => {
  it('passes a key or a token as a subprotocol, which is not echoed', async () => {
    const app = await open({ apiKey: KEY });
    const base = (await app.listen({ host: '127.0.0.1', port: 0 })).replace('http', 'ws');
    const url = `${base}/jobs/${JOB}/stream`;
    const key = (text: string) => `epochd.key.${Buffer.from(text).toString('base64url')}`;
    const { token } = streamTokens(KEY).make(JOB, null);
    expect(await handshake(url, ['epochd', key(KEY)])).toEqual(['epochd', 1000]);
    expect(await handshake(url, ['epochd', `epochd.token.${token}`])).toEqual(['epochd', 1000]);
    expect(await handshake(`${url}?token=${token}`, [])).toEqual(['', 1000]);
    expect(await handshake(url, ['epochd', key(`${KEY}x`)])).toBe(401);
    expect(await handshake(`${base}/jobs/${OTHER}/stream`, ['epochd', `epochd.token.${token}`])).toBe(401);
    expect(await handshake(url, [])).toBe(401);
  });

  it("is accepted only from the service's own origin and allowed origins", async () => {
    const app = await open({ apiKey: KEY, corsOrigins: [PAGE] });
    const base = await app.listen({ host: '127.0.0.1', port: 0 });
    const from = (origin: string) =>
      handshake(`${base.replace('http', 'ws')}/jobs/${JOB}/stream`, [], { ...bearer, origin });
    expect(await from(base)).toEqual(['', 1000]);
    expect(await from(PAGE)).toEqual(['', 1000]);
    expect(await from('https://elsewhere.example')).toBe(403);
    expect(await from('null')).toBe(403);
  });
});

describe('every reply', () => {
  it('forbids framing and MIME sniffing, and an API reply may load nothing', async () => {
    const app = await open({});
    for (const url of ['/jobs', '/nothing-here', '/healthz', '/docs/']) {
      const { headers } = await app.inject(url);
      expect(headers['content-security-policy'], url).toContain("frame-ancestors 'none'");
      expect(headers['x-content-type-options'], url).toBe('nosniff');
    }
    expect((await app.inject('/jobs')).headers['content-security-policy']).toContain("default-src 'none'");
  });
});

describe('the request log', () => {
  it('has one line per request, without the query, and none for health checks', async () => {
    const { log, lines } = keptLog();
    const app = await open({}, log);
    await app.inject('/healthz');
    await app.inject('/readyz');
    await app.inject(`/jobs/${JOB}/stream?token=secret`);
    await app.inject('/nothing-here?token=secret');
    const said = lines.filter(({ level }) => level === 'info').map(({ text }) => text);
    expect(said).toEqual([
      expect.stringMatching(/^GET \/jobs\/job_0+\/stream 426 \d+ ms$/),
      expect.stringMatching(/^GET \/nothing-here 404 \d+ ms$/),
    ]);
    expect(JSON.stringify(lines)).not.toContain('secret');
  });
});
