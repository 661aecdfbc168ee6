// Weights downloaded from a trained job, uploaded, and used to initialize a new job.

import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { decodeSafetensors, encodeSafetensors } from '#training/model/safetensors.ts';
import { claim, createJob, jobBody, MODEL, POINTS, train } from '../../running-api.ts';
import { api, BINARY, download, f32, send, trained, upload } from './weights-api.ts';

describe('GET /jobs/{id}/weights', () => {
  it("returns the trained model as a safetensors file with torch's keys", async () => {
    const id = await trained();
    const { status, headers, bytes } = await download(id);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/octet-stream');
    expect(headers.get('content-disposition')).toBe(`attachment; filename="${id}.safetensors"`);
    expect(headers.get('content-length')).toBe(String(bytes.length));
    expect(headers.get('etag')).toBe(`"${createHash('sha256').update(bytes).digest('hex')}"`);
    const { tensors } = decodeSafetensors(bytes);
    expect(Array.from(tensors, ([key, { dtype, shape }]) => [key, dtype, shape])).toEqual([
      ['hidden.weight', 'F32', [4, 2]],
      ['hidden.bias', 'F32', [4]],
      ['2.weight', 'F32', [2, 4]],
      ['2.bias', 'F32', [2]],
    ]);
  });

  it('returns 304 to a client that has the current version', async () => {
    const id = await trained();
    const etag = (await download(id)).headers.get('etag')!;
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`]) {
      const { status, bytes } = await download(id, { 'if-none-match': known });
      expect([status, bytes.length]).toEqual([304, 0]);
    }
    expect((await download(id, { 'if-none-match': '"other"' })).status).toBe(200);
  });

  it('answers HEAD with the size only', async () => {
    const id = await trained();
    const reply = await fetch(`${api.url}/jobs/${id}/weights`, { method: 'HEAD' });
    expect(reply.status).toBe(200);
    expect(Number(reply.headers.get('content-length'))).toBe((await download(id)).bytes.length);
  });

  it('returns 409 before the job has finished, and if it failed', async () => {
    const { id } = await createJob(api);
    const ask = () => api.get(`/jobs/${id}/weights`);
    expect(await ask()).toMatchObject({ status: 409, body: { error: { code: 'job_not_finished' } } });
    const lease = await claim(api, id);
    expect(await ask()).toMatchObject({ status: 409, body: { error: { code: 'job_not_finished' } } });
    await api.store.jobs.finish(lease, { status: 'failed', stopReason: 'diverged', message: 'NaN' });
    expect(await ask()).toMatchObject({ status: 409, body: { error: { code: 'conflict' } } });
  });

  it('returns 404 for an unknown job', async () => {
    expect((await api.get('/jobs/job_00000000000000000000000000/weights')).status).toBe(404);
  });
});

describe('POST /weights', () => {
  it('stores the weights of a job, and returns 201 with Location and every tensor', async () => {
    const { bytes } = await download(await trained());
    const { status, headers, body } = await upload(bytes, { name: 'mine' });
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/weights/${body.id}`);
    expect(body).toMatchObject({
      id: expect.stringMatching(/^w_[0-9a-z]{26}$/),
      object: 'weights',
      name: 'mine',
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      tensors: [
        { key: 'hidden.weight', dtype: 'F32', shape: [4, 2] },
        { key: 'hidden.bias', dtype: 'F32', shape: [4] },
        { key: '2.weight', dtype: 'F32', shape: [2, 4] },
        { key: '2.bias', dtype: 'F32', shape: [2] },
      ],
    });
    expect((await api.get(`/weights/${body.id}`)).body).toEqual(body);
  });

  it('accepts the file as the whole body, named by the query', async () => {
    const { bytes } = await download(await trained());
    const { status, body } = await send(bytes, '/weights?name=mine');
    expect([status, body.name, body.tensors.length]).toEqual([201, 'mine', 4]);
    expect((await send(bytes)).body.name).toBeNull();
    expect((await upload(bytes)).body.name).toBe('net.safetensors');
    expect((await send(bytes, '/weights?nam=mine')).status).toBe(400);
  });

  it('creates weights once per Idempotency-Key', async () => {
    const file = encodeSafetensors(new Map([['x', f32([3])]]));
    const headers = { ...BINARY, 'idempotency-key': 'weights-1' };
    const first = await send(file, '/weights', headers);
    const second = await send(file, '/weights', headers);
    expect(second.body).toEqual(first.body);
    expect((await send(encodeSafetensors(new Map([['x', f32([4])]])), '/weights', headers)).status).toBe(422);
  });
});

describe('model.weights', () => {
  const still = { loss: 'CrossEntropyLoss', optimizer: { type: 'SGD', lr: 0 }, epochs: 1, batch_size: 2 };
  const predict = async (id: string) =>
    (await api.post(`/jobs/${id}/predict`, { inputs: POINTS.inputs })).body.predictions;

  it('starts a job from the weights of another', async () => {
    const teacher = await trained();
    const { body } = await upload((await download(teacher)).bytes);
    const job = await createJob(api, { model: { ...MODEL, weights: body.id }, training: still, seed: 99 });
    expect(job.model).toMatchObject({ weights: body.id });
    await train(api, job.id);
    expect(await predict(job.id)).toEqual(await predict(teacher));
    expect(await predict(await trained({ training: still, seed: 99 }))).not.toEqual(await predict(teacher));
  });

  it('is refused with every key that does not fit and both shapes', async () => {
    const file = encodeSafetensors(
      new Map([
        ['hidden.weight', f32([2, 4])],
        ['hidden.bias', f32([4])],
        ['2.weight', f32([2, 4])],
        ['3.bias', f32([2])],
      ]),
    );
    const { body: weights } = await upload(file);
    const model = { ...MODEL, weights: weights.id };
    for (const answer of [
      await api.post('/jobs', jobBody({ model })),
      await api.post('/models/validate', model),
    ]) {
      expect(answer.status).toBe(400);
      expect(answer.body.error.code).toBe('invalid_model');
      expect(answer.body.error.details).toEqual([
        expect.objectContaining({
          param: 'model.weights',
          message: '"hidden.weight" is [2, 4] in the file, but [4, 2] in the model',
        }),
        expect.objectContaining({
          param: 'model.weights',
          message: '"2.bias" is missing: the model has it as [2]',
        }),
        expect.objectContaining({
          param: 'model.weights',
          message: 'the model has no "3.bias" [2]; did you mean "2.bias"?',
        }),
      ]);
    }
  });

  it.each([['w_00000000000000000000000000'], ['w_x'], ['ds_00000000000000000000000000']])(
    'is refused for the unknown weights %s',
    async (weights) => {
      const { status, body } = await api.post('/jobs', jobBody({ model: { ...MODEL, weights } }));
      expect(status).toBe(400);
      expect(body.error.details).toEqual([
        {
          param: 'model.weights',
          code: 'not_found',
          message: expect.stringMatching(
            weights.length > 20 && weights.startsWith('w_')
              ? /^there are no weights/
              : /does not name weights/,
          ),
        },
      ]);
    },
  );

  it('keeps its weights from being deleted until the job has ended', async () => {
    const { body } = await upload((await download(await trained())).bytes);
    const job = await createJob(api, { model: { ...MODEL, weights: body.id } });
    const refused = await api.delete(`/weights/${body.id}`);
    expect(refused).toMatchObject({ status: 409, body: { error: { code: 'weights_in_use' } } });
    expect(refused.body.error.message).toContain(job.id);
    await api.post(`/jobs/${job.id}/cancel`);
    expect((await api.delete(`/weights/${body.id}`)).status).toBe(204);
    expect((await api.get(`/weights/${body.id}`)).status).toBe(404);
    expect((await api.delete(`/weights/${body.id}`)).status).toBe(404);
  });
});
