import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import type { ApiConfig } from '../../../services/api/context.ts';
import { bareApp } from '../bare-app.ts';

const KEY = 'a-key-of-enough-characters';
const UNKNOWN_JOB = '/jobs/job_00000000000000000000000000/stream';

async function open(config: Partial<ApiConfig>) {
  const app = await bareApp({ config });
  onTestFinished(() => app.close());
  return app;
}

/** The status of a WebSocket handshake that is refused. */
function handshakeStatus(url: string, headers: Record<string, string> = {}): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { headers });
    socket.on('error', () => {});
    socket.on('open', () => reject(new Error('the handshake was accepted')));
    socket.on('unexpected-response', (_request, response) => {
      response.resume();
      resolve(response.statusCode);
    });
  });
}

describe('a service without a key', () => {
  it.each([
    [{ host: '0.0.0.0' }, /0\.0\.0\.0 needs EPOCHD_API_KEY/],
    [{ host: '::' }, /needs EPOCHD_API_KEY/],
    [{ host: '10.1.2.3' }, /needs EPOCHD_API_KEY/],
    [{ production: true }, /NODE_ENV=production needs EPOCHD_API_KEY/],
  ])('refuses to start with %j', async (config, message) => {
    await expect(bareApp({ config })).rejects.toThrow(message);
  });

  it.each(['127.0.0.1', '127.0.0.2', '::1', 'localhost'])('starts on %s', async (host) => {
    const app = await open({ host });
    expect((await app.inject('/jobs')).statusCode).toBe(200);
  });

  it('refuses foreign Host names (DNS rebinding) and foreign origins', async () => {
    const app = await open({});
    const get = async (headers: Record<string, string>) =>
      (await app.inject({ url: '/jobs', headers })).statusCode;
    expect(await get({ host: 'localhost:3000' })).toBe(200);
    expect(await get({ host: '[::1]:3000', origin: 'http://localhost:5173' })).toBe(200);
    expect(await get({ host: 'rebound.example:3000' })).toBe(403);
    expect(await get({ host: '127.0.0.1:3000', origin: 'https://elsewhere.example' })).toBe(403);
    expect(await get({ host: '127.0.0.1:3000', origin: 'null' })).toBe(403);
  });

  it('refuses a WebSocket from a foreign origin before the upgrade', async () => {
    const app = await open({});
    const url = (await app.listen({ host: '127.0.0.1', port: 0 })).replace('http', 'ws') + UNKNOWN_JOB;
    expect(await handshakeStatus(url, { origin: 'https://elsewhere.example' })).toBe(403);
    expect(await handshakeStatus(url)).toBe(404);
  });
});

describe('a service with a key', () => {
  it('requires it, and says how in WWW-Authenticate', async () => {
    const app = await open({ apiKey: KEY, host: '0.0.0.0', production: true });
    const reply = await app.inject('/jobs');
    expect(reply.statusCode).toBe(401);
    expect(reply.headers['www-authenticate']).toBe('Bearer');
    expect(reply.json().error).toMatchObject({ code: 'unauthorized', type: 'authentication_error' });
  });

  it.each([
    ['the key', `Bearer ${KEY}`, 200],
    ['the key, in another case of Bearer', `bearer ${KEY}`, 200],
    ['another key', 'Bearer another-key-of-enough-characters', 401],
    ['a part of the key', `Bearer ${KEY.slice(0, -1)}`, 401],
    ['the key with more behind it', `Bearer ${KEY}x`, 401],
    ['another scheme', `Basic ${KEY}`, 401],
    ['nothing after the scheme', 'Bearer ', 401],
  ])('accepts only the exact key: %s', async (_what, authorization, status) => {
    const app = await open({ apiKey: KEY });
    expect((await app.inject({ url: '/jobs', headers: { authorization } })).statusCode).toBe(status);
  });

  it('requires it for unknown URLs too, so that strangers cannot probe for routes', async () => {
    const app = await open({ apiKey: KEY });
    expect((await app.inject('/nothing-here')).statusCode).toBe(401);
    expect((await app.inject({ method: 'PUT', url: '/jobs' })).statusCode).toBe(401);
  });

  it.each(['/healthz', '/readyz', '/docs', '/openapi.json'])('leaves %s open', async (url) => {
    const app = await open({ apiKey: KEY });
    expect((await app.inject(url)).statusCode).toBe(200);
  });

  it('requires it before upgrading a WebSocket', async () => {
    const app = await open({ apiKey: KEY });
    const url = (await app.listen({ host: '127.0.0.1', port: 0 })).replace('http', 'ws') + UNKNOWN_JOB;
    expect(await handshakeStatus(url)).toBe(401);
    expect(await handshakeStatus(url, { authorization: `Bearer ${KEY}` })).toBe(404);
  });
});
