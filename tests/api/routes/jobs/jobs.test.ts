// Jobs after they are created: listed, read, canceled and deleted, and their events.

import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { claim, createJob, train } from '../../running-api.ts';
import { api } from './api.ts';

describe('GET /jobs', () => {
  it('lists newest first, a page at a time', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) ids.unshift((await createJob(api)).id);
    const first = (await api.get('/jobs?limit=2')).body;
    expect(first).toMatchObject({ object: 'list', has_more: true });
    expect(first.data.map(({ id }: { id: string }) => id)).toEqual(ids.slice(0, 2));
    expect((await api.get(`/jobs?limit=1&after=${ids[1]}`)).body.data[0].id).toBe(ids[2]);
  });

  it('filters and sorts, and refuses unknown parameters and values', async () => {
    const mark = { team: 'list' };
    const first = await createJob(api, { name: 'One', metadata: mark });
    const second = await createJob(api, { name: 'Two', metadata: mark });
    await api.post(`/jobs/${second.id}/cancel`);
    const ids = async (query: string) => {
      const { status, body } = await api.get(`/jobs?metadata.team=list&${query}`);
      return status === 200 ? body.data.map((job: { id: string }) => job.id) : body.error.details[0];
    };
    expect(await ids('')).toEqual([second.id, first.id]);
    expect(await ids('sort=created_at')).toEqual([first.id, second.id]);
    expect(await ids('sort=finished_at')).toEqual([second.id]);
    expect(await ids('sort=best.val_loss')).toEqual([]);
    expect(await ids('status=queued')).toEqual([first.id]);
    expect(await ids('status=queued&status=cancelled')).toEqual([second.id, first.id]);
    expect(await ids('name=tw')).toEqual([second.id]);
    expect(await ids('metadata[user]=none')).toEqual([]);
    expect(await ids('created_before=2020-01-01T00:00:00Z')).toEqual([]);
    expect(await ids(`dataset=${first.dataset}`)).toEqual([first.id]);
    expect(await ids('dataset=ds_nowhere')).toEqual([]);
    expect(await ids('status=done')).toMatchObject({ param: expect.stringContaining('status') });
    expect(await ids('sort=name')).toMatchObject({ param: 'sort' });
    expect(await ids('stauts=queued')).toMatchObject({ param: 'stauts' });
    expect(await ids('created_after=yesterday')).toMatchObject({ param: 'created_after' });
    const gone = 'job_00000000000000000000000000';
    expect(await ids(`sort=finished_at&after=${gone}`)).toMatchObject({ param: 'after', code: 'not_found' });
    // A dataset that is only held out counts as used.
    const training = { loss: 'CrossEntropyLoss', test: { dataset: first.dataset } };
    const third = await createJob(api, { dataset: second.dataset, training, metadata: mark });
    expect(await ids(`dataset=${first.dataset}`)).toEqual([third.id, first.id]);
  });

  it("reports each waiting job's place in the queue", async () => {
    const [first, second] = [await createJob(api), await createJob(api)];
    const place = async (id: string) => (await api.get(`/jobs/${id}`)).body.queue_position;
    const before = await place(first.id);
    expect(await place(second.id)).toBe(before + 1);
    const listed = (await api.get('/jobs?limit=2')).body.data;
    expect(listed.map((job: { queue_position: number }) => job.queue_position)).toEqual([before + 1, before]);
    await claim(api, first.id);
    expect(await place(first.id)).toBeNull();
    expect(await place(second.id)).toBe(before);
  });
});

describe('GET /jobs/{id}', () => {
  it.each(['job_00000000000000000000000000', 'job_', 'ds_00000000000000000000000000', 'x', '%00'])(
    'returns 404 for %s',
    async (id) => {
      const { status, body } = await api.get(`/jobs/${id}`);
      expect(status).toBe(404);
      expect(body.error).toMatchObject({ code: 'not_found', param: 'id' });
    },
  );

  it('waits until the job has ended if asked to', async () => {
    const job = await createJob(api);
    const waiting = api.get(`/jobs/${job.id}?wait=60`);
    await train(api, job.id);
    const { body } = await waiting;
    expect(body).toMatchObject({ status: 'succeeded', terminal: true, stop_reason: 'completed' });
    expect(body.progress.fraction).toBe(1);
    // Without an end, the reply would take as long as the test may.
  });

  it('waits no longer than asked to', async () => {
    const job = await createJob(api);
    const started = performance.now();
    const { status, body } = await api.get(`/jobs/${job.id}?wait=0.2`);
    const took = performance.now() - started;
    expect(status).toBe(200);
    expect(body.status).toBe('queued');
    expect(took).toBeGreaterThan(190);
  });

  it.each(['-1', '61', 'x', '1&wait=2'])('refuses to wait for %s seconds', async (wait) => {
    const job = await createJob(api);
    expect((await api.get(`/jobs/${job.id}?wait=${wait}`)).status).toBe(400);
  });
});

describe('POST /jobs/{id}/cancel', () => {
  it('ends a waiting job at once, and returns the same if repeated', async () => {
    const { id } = await createJob(api);
    const { status, body } = await api.post(`/jobs/${id}/cancel`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: 'cancelled', terminal: true, stop_reason: 'user' });
    const again = await api.post(`/jobs/${id}/cancel`);
    expect(again).toMatchObject({ status: 200, body });
  });

  it('asks a running job to stop, and may be repeated', async () => {
    const { id } = await createJob(api);
    await claim(api, id);
    for (let i = 0; i < 2; i++) {
      const { status, body } = await api.post(`/jobs/${id}/cancel`, {});
      expect(status).toBe(200);
      expect(body).toMatchObject({ status: 'cancelling', terminal: false });
    }
  });

  it('returns 404 for an unknown job', async () => {
    expect((await api.post('/jobs/job_00000000000000000000000000/cancel')).status).toBe(404);
  });
});

describe('DELETE /jobs/{id}', () => {
  it('deletes a finished job with its events and its model', async () => {
    const { id } = await createJob(api);
    await train(api, id);
    const { model } = (await api.store.jobs.get(id))!;
    const { bytes: size } = (await api.store.artifacts.find(model!.artifact))!;
    const deleted = await api.delete(`/jobs/${id}`);
    expect(deleted.status).toBe(204);
    expect(Number(deleted.headers.get('x-bytes-freed'))).toBe(size);
    for (const path of ['', '/events', '/stream']) {
      expect((await api.get(`/jobs/${id}${path}`)).status).toBe(404);
    }
    const bytes = buffer(api.store.artifacts.read(model!.artifact));
    await expect(bytes).rejects.toMatchObject({ code: 'not_found' });
  });

  it('refuses a job that has not ended', async () => {
    const { id } = await createJob(api);
    const { status, body } = await api.delete(`/jobs/${id}`);
    expect(status).toBe(409);
    expect(body.error.code).toBe('conflict');
  });
});

describe('GET /jobs/{id}/events', () => {
  it('lists the events, oldest first, by cursor', async () => {
    const { id } = await createJob(api);
    await train(api, id);
    const all = (await api.get(`/jobs/${id}/events`)).body;
    expect(all).toMatchObject({ object: 'list', has_more: false });
    const seqs = all.data.map(({ seq }: { seq: number }) => seq);
    expect(seqs).toEqual(seqs.map((_: number, i: number) => i + 1));
    expect(all.data.at(-1)).toMatchObject({
      object: 'job.event',
      job_id: id,
      type: 'done',
      data: { status: 'succeeded', stop_reason: 'completed' },
    });
    const page = (await api.get(`/jobs/${id}/events?after=1&limit=2`)).body;
    expect(page.has_more).toBe(true);
    expect(page.data).toEqual(all.data.slice(1, 3));
  });

  it.each(['after=-1', 'after=x', 'after=1e12', 'limit=0', 'limit=1001', 'since=1'])(
    'refuses %s',
    async (query) => {
      const { id } = await createJob(api);
      expect((await api.get(`/jobs/${id}/events?${query}`)).status).toBe(400);
    },
  );
});
