import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ErrorBody } from '#contracts/errors.ts';
import type { App } from '../../../services/api/context.ts';
import { bareApp } from '../bare-app.ts';

let app: App;
beforeAll(async () => {
  app = await bareApp({ tuning: { jsonBodyBytes: 4096 } });
});
afterAll(() => app.close());

async function post(payload: string | Buffer, type = 'application/json') {
  const reply = await app.inject({
    method: 'POST',
    url: '/jobs',
    payload,
    headers: { 'content-type': type },
  });
  return { status: reply.statusCode, error: ErrorBody.parse(reply.json()).error };
}

describe('a JSON body', () => {
  it("that is truncated is malformed_json, with the parser's message", async () => {
    const { status, error } = await post('{"model": {');
    expect(status).toBe(400);
    expect(error).toMatchObject({ code: 'malformed_json', param: 'body' });
    expect(error.message).toMatch(/not valid JSON/);
  });

  it('that is not UTF-8 is refused, not repaired', async () => {
    const { status, error } = await post(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]));
    expect(status).toBe(400);
    expect(error).toMatchObject({ code: 'malformed_json', message: expect.stringContaining('UTF-8') });
  });

  it('that is empty counts as no body', async () => {
    const { status, error } = await post('');
    expect(status).toBe(400);
    expect(error.param).toBe('body');
  });

  it('nested thousands of levels deep is refused before anything recurses into it', async () => {
    for (const bomb of [
      '['.repeat(2000),
      '{"a":'.repeat(700),
      `{"x":${'['.repeat(900)}${']'.repeat(900)}}`,
    ]) {
      const { status, error } = await post(bomb);
      expect(status).toBe(400);
      expect(error.message).toMatch(/nested deeper than 64 levels/);
    }
  });

  it('does not count brackets inside strings as nesting', async () => {
    const { error } = await post(JSON.stringify({ name: '[{"'.repeat(100) }));
    expect(error.message).not.toMatch(/nested/);
  });

  it.each([
    ['{"model": {"__proto__": {"polluted": true}}}', 'model.__proto__'],
    ['{"\\u005f_proto__": 1}', '__proto__'],
    ['{"a": [{}, {"__pr\\u006fto__": 1}]}', 'a[1].__proto__'],
    ['{"constructor": {"prototype": {"polluted": true}}}', 'constructor'],
    ['{"\\u0063onstructor": {"prototype": 1}}', 'constructor'],
  ])('with a key that could pollute a prototype is refused with its path: %s', async (payload, param) => {
    const { status, error } = await post(payload);
    expect(status).toBe(400);
    expect(error).toMatchObject({ code: 'invalid_request', param, details: [{ code: 'forbidden_key' }] });
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('over the limit is 413 and names the limit', async () => {
    const { status, error } = await post(JSON.stringify({ name: 'x'.repeat(5000) }));
    expect(status).toBe(413);
    expect(error).toMatchObject({ code: 'payload_too_large', param: 'body' });
    expect(error.message).toContain('4096 bytes');
  });

  it('over the limit is read to its end, so that the sender receives the reply', async () => {
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    const body = ' '.repeat(4 * 2 ** 20);
    for (let i = 0; i < 10; i++) {
      const headers = { 'content-type': 'application/json' };
      const reply = await fetch(`${url}/jobs`, { method: 'POST', headers, body });
      expect(reply.status).toBe(413);
      expect((await reply.json()) as object).toMatchObject({ error: { code: 'payload_too_large' } });
    }
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'nonsense'])(
    'sent as %s is an unsupported media type',
    async (type) => {
      const { status, error } = await post('{}', type);
      expect(status).toBe(415);
      expect(error.code).toBe('unsupported_media_type');
    },
  );
});
