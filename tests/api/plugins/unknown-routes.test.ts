import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { App } from '../../../services/api/context.ts';
import { bareApp } from '../bare-app.ts';

let app: App;
beforeAll(async () => {
  app = await bareApp();
});
afterAll(() => app.close());

describe('an unknown URL', () => {
  it.each([
    ['/job', '/jobs'],
    ['/Jobs', '/jobs'],
    ['/jobs/job_1/predct', '/jobs/job_1/predict'],
    ['/datasets/ds_1/previews?limit=2', '/datasets/ds_1/preview'],
    ['/health', '/healthz'],
  ])('%s is a 404 that suggests %s', async (url, near) => {
    const reply = await app.inject({ url });
    expect(reply.statusCode).toBe(404);
    expect(reply.json().error.code).toBe('not_found');
    expect(reply.json().error.message).toContain(`did you mean "${near}"?`);
  });

  it('with a form body is still a 404', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    expect(
      (await app.inject({ method: 'POST', url: '/nothing-like-it', payload: 'a=1', headers })).statusCode,
    ).toBe(404);
  });
});

describe('an unsupported method', () => {
  it.each([
    ['PUT', '/jobs', 'GET, HEAD, POST'],
    ['POST', '/jobs/job_1', 'DELETE, GET, HEAD'],
    ['GET', '/jobs/job_1/cancel', 'POST'],
    ['OPTIONS', '/models/validate', 'POST'],
    ['DELETE', '/jobs/job_1/stream', 'GET'],
  ] as const)('%s %s is a 405 with Allow: %s', async (method, url, allow) => {
    const reply = await app.inject({ method, url });
    expect(reply.statusCode).toBe(405);
    expect(reply.headers.allow).toBe(allow);
    expect(reply.json().error).toMatchObject({ code: 'method_not_allowed', param: 'method' });
  });
});
