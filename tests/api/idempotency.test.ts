import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runSql } from '../support/postgres.ts';
import { type Api, csvForm, jobBody, POINTS, startApi } from './running-api.ts';

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

let count = 0;
const newKey = () => ({ 'idempotency-key': `key-${++count}` });
const jobs = async () => (await api.get('/jobs?limit=100')).body.data.length as number;

describe('an Idempotency-Key', () => {
  it('with the same body replays the reply and creates nothing more', async () => {
    const key = newKey();
    const first = await api.post('/jobs', jobBody(), key);
    const before = await jobs();
    // Later changes to the job do not change the replayed reply.
    await api.post(`/jobs/${first.body.id}/cancel`);
    const second = await api.post('/jobs', jobBody(), key);
    expect(second.status).toBe(201);
    expect(second.body).toEqual(first.body);
    expect(second.headers.get('location')).toBe(first.headers.get('location'));
    expect(await jobs()).toBe(before);
  });

  it('with a different body is a 422', async () => {
    const key = newKey();
    await api.post('/jobs', jobBody(), key);
    const { status, body } = await api.post('/jobs', jobBody({ seed: 1 }), key);
    expect(status).toBe(422);
    expect(body.error).toMatchObject({ code: 'idempotency_mismatch', type: 'idempotency_error' });
  });

  it('used by many concurrent requests creates once, and all of them get that reply', async () => {
    const key = newKey();
    const before = await jobs();
    const answers = await Promise.all(Array.from({ length: 8 }, () => api.post('/jobs', jobBody(), key)));
    expect(await jobs()).toBe(before + 1);
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(201));
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
  });

  it('whose reply was lost after the commit replays it on retry and creates nothing more', async () => {
    const lossy = await startApi({}, (store) => ({
      ...store,
      jobs: {
        ...store.jobs,
        create: async (...given) => {
          await store.jobs.create(...given);
          throw new Error('Connection terminated unexpectedly');
        },
      },
    }));
    try {
      const key = newKey();
      const lost = await lossy.post('/jobs', jobBody(), key);
      expect(lost.status).toBe(503);
      expect(lost.headers.get('retry-after')).not.toBeNull();
      const again = await lossy.post('/jobs', jobBody(), key);
      expect(again.status).toBe(201);
      const { data } = (await lossy.get('/jobs')).body;
      expect(data.map((job: { id: string }) => job.id)).toEqual([again.body.id]);
    } finally {
      await lossy.close();
    }
  });

  it('replays a reply stored by an earlier version unchanged', async () => {
    const key = newKey();
    const first = await api.post('/jobs', jobBody(), key);
    const { cross_validation: _, ...earlier } = first.body;
    await runSql(
      api.databaseUrl,
      `UPDATE idempotency_key SET body = (body::jsonb - 'cross_validation')::text WHERE key = '${key['idempotency-key']}'`,
    );
    const again = await api.post('/jobs', jobBody(), key);
    expect(again.status, JSON.stringify(again.body)).toBe(201);
    expect(again.body).toEqual(earlier);
    expect(again.headers.get('content-type')).toBe(first.headers.get('content-type'));
  });

  it('can be reused after a request that failed', async () => {
    const key = newKey();
    expect((await api.post('/jobs', jobBody({ model: {} }), key)).status).toBe(400);
    expect((await api.post('/jobs', jobBody(), key)).status).toBe(201);
  });

  it('is scoped to its route', async () => {
    const key = newKey();
    expect((await api.post('/jobs', jobBody(), key)).status).toBe(201);
    expect((await api.post('/datasets', POINTS, key)).status).toBe(201);
  });

  it('compares uploads by content, not by how the form was encoded', async () => {
    const key = newKey();
    const upload = (content: string) => api.post('/datasets', csvForm(content, { target: 'b' }), key);
    const first = await upload('a,b\n1,2\n');
    expect(first.status).toBe(201);
    expect((await upload('a,b\n1,2\n')).body).toEqual(first.body);
    expect((await upload('a,b\n1,3\n')).status).toBe(422);
  });

  it.each(['', ' ', 'x'.repeat(256), 'ké'])('is refused if malformed: %j', async (key) => {
    const { status, body } = await api.post('/jobs', jobBody(), { 'idempotency-key': key });
    expect(status).toBe(400);
    expect(body.error.param).toBe('idempotency-key');
  });
});
