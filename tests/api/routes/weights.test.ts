import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ErrorBody } from '#contracts/errors.ts';
import { decodeSafetensors, encodeSafetensors, type SafeTensor } from '#training/model/safetensors.ts';
import {
  type Answer,
  type Api,
  claim,
  createJob,
  jobBody,
  MODEL,
  POINTS,
  startApi,
  train,
} from '../running-api.ts';

const UPLOAD_LIMIT = 64 * 1024;
const BINARY = { 'content-type': 'application/octet-stream' };

let api: Api;
let spool: string;
const { TMPDIR } = process.env;
beforeAll(async () => {
  spool = await mkdtemp(join(tmpdir(), 'epochd-test-'));
  api = await startApi({ uploadBytes: UPLOAD_LIMIT });
  process.env.TMPDIR = spool;
});
afterAll(async () => {
  if (TMPDIR === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = TMPDIR;
  await api.close();
  await rm(spool, { recursive: true });
});

async function trained(change: Record<string, unknown> = {}): Promise<string> {
  const { id } = await createJob(api, change);
  await train(api, id);
  return id;
}

async function download(id: string, headers: Record<string, string> = {}) {
  const reply = await fetch(`${api.url}/jobs/${id}/weights`, { headers });
  return { status: reply.status, headers: reply.headers, bytes: Buffer.from(await reply.arrayBuffer()) };
}

const form = (file: Uint8Array, fields: Record<string, string> = {}) => {
  const body = new FormData();
  body.append('file', new Blob([Uint8Array.from(file)]), 'net.safetensors');
  for (const [key, value] of Object.entries(fields)) body.append(key, value);
  return body;
};
const upload = (file: Uint8Array, fields?: Record<string, string>) =>
  api.post('/weights', form(file, fields));

/** As the whole body. */
async function send(
  file: Uint8Array,
  path = '/weights',
  headers: Record<string, string> = BINARY,
): Promise<Answer> {
  const reply = await fetch(api.url + path, { method: 'POST', headers, body: Uint8Array.from(file) });
  return { status: reply.status, headers: reply.headers, body: await reply.json() };
}

const f32 = (shape: number[]): SafeTensor => ({
  dtype: 'F32',
  shape,
  bytes: new Uint8Array(4 * shape.reduce((size, n) => size * n, 1)),
});

describe('GET /jobs/{id}/weights', () => {
  it("is the trained model as a safetensors file with torch's keys", async () => {
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

  it('is not sent again to one who has it', async () => {
    const id = await trained();
    const etag = (await download(id)).headers.get('etag')!;
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`]) {
      const { status, bytes } = await download(id, { 'if-none-match': known });
      expect([status, bytes.length]).toEqual([304, 0]);
    }
    expect((await download(id, { 'if-none-match': '"other"' })).status).toBe(200);
  });

  it('answers HEAD with the size alone', async () => {
    const id = await trained();
    const reply = await fetch(`${api.url}/jobs/${id}/weights`, { method: 'HEAD' });
    expect(reply.status).toBe(200);
    expect(Number(reply.headers.get('content-length'))).toBe((await download(id)).bytes.length);
  });

  it('is a 409 before the job has finished, and where it failed', async () => {
    const { id } = await createJob(api);
    const ask = () => api.get(`/jobs/${id}/weights`);
    expect(await ask()).toMatchObject({ status: 409, body: { error: { code: 'job_not_finished' } } });
    const lease = await claim(api, id);
    expect(await ask()).toMatchObject({ status: 409, body: { error: { code: 'job_not_finished' } } });
    await api.store.jobs.finish(lease, { status: 'failed', stopReason: 'diverged', message: 'NaN' });
    expect(await ask()).toMatchObject({ status: 409, body: { error: { code: 'conflict' } } });
  });

  it('is a 404 for an unknown job', async () => {
    expect((await api.get('/jobs/job_00000000000000000000000000/weights')).status).toBe(404);
  });
});

describe('POST /weights', () => {
  it('keeps what a job left: 201, Location, every tensor', async () => {
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

  it('takes the file as the whole body, too, and is named by its query', async () => {
    const { bytes } = await download(await trained());
    const { status, body } = await send(bytes, '/weights?name=mine');
    expect([status, body.name, body.tensors.length]).toEqual([201, 'mine', 4]);
    expect((await send(bytes)).body.name).toBeNull();
    expect((await upload(bytes)).body.name).toBe('net.safetensors');
    expect((await send(bytes, '/weights?nam=mine')).status).toBe(400);
  });

  it('creates once for one Idempotency-Key', async () => {
    const file = encodeSafetensors(new Map([['x', f32([3])]]));
    const headers = { ...BINARY, 'idempotency-key': 'weights-1' };
    const first = await send(file, '/weights', headers);
    const second = await send(file, '/weights', headers);
    expect(second.body).toEqual(first.body);
    expect((await send(encodeSafetensors(new Map([['x', f32([4])]])), '/weights', headers)).status).toBe(422);
  });

  const header = (json: unknown, data = 8, claimed?: bigint) => {
    const text = Buffer.from(typeof json === 'string' ? json : JSON.stringify(json));
    const out = Buffer.alloc(8 + text.length + data);
    out.writeBigUInt64LE(claimed ?? BigInt(text.length), 0);
    text.copy(out, 8);
    return out;
  };
  const tensor = (over: object = {}) => ({ dtype: 'F32', shape: [2], data_offsets: [0, 8], ...over });
  const one = JSON.stringify(tensor());
  it.each<[string, Uint8Array, RegExp]>([
    ['nothing', Buffer.alloc(0), /shorter/],
    ['a few bytes', Buffer.alloc(7), /shorter/],
    [
      'a picture',
      Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(100)]),
      /header of \d+ bytes/,
    ],
    ['a header that lies about its length', header({ a: tensor() }, 8, 10_000n), /claimed/],
    ['a header of 100 MB that is not there', header({ a: tensor() }, 8, 100_000_000n), /claimed/],
    ['a header of 2⁶⁴ − 1 bytes', header({ a: tensor() }, 8, 2n ** 64n - 1n), /claimed/],
    ['overlapping ranges', header({ a: tensor(), b: tensor({ data_offsets: [4, 12] }) }, 12), /overlaps/],
    ['the same range twice', header({ a: tensor(), b: tensor() }), /overlaps/],
    ['a range beyond the end', header({ a: tensor({ shape: [4], data_offsets: [0, 16] }) }), /outside/],
    ['a range of 2⁵³', header({ a: tensor({ data_offsets: [0, 2 ** 53] }) }), /data_offsets/],
    ['a range backwards', header({ a: tensor({ data_offsets: [8, 0] }) }), /outside/],
    ['a hole', header({ a: tensor({ data_offsets: [4, 12] }) }, 12), /hole/],
    ['bytes too many', header({ a: tensor() }, 9), /belong to no tensor/],
    ['sizes of 2³² each', header({ a: tensor({ shape: [2 ** 32, 2 ** 32] }) }), /shape/],
    ['a size of 2³² and one of 0', header({ a: tensor({ shape: [2 ** 32, 2 ** 32, 0] }) }), /shape/],
    ['a key twice', header(`{"a": ${one}, "a": ${one}}`), /"a" stands twice/],
    ['a key twice, written in two ways', header(`{"a": ${one}, "\\u0061": ${one}}`), /stands twice/],
    [
      'a shape twice',
      header(`{"a": {"shape": [2], "dtype": "F32", "shape": [1], "data_offsets": [0, 8]}}`),
      /twice/,
    ],
    ['a header that is not JSON', header('{nope'), /not JSON/],
    ['a header that is a list', header('[1]'), /start with/],
    ['a header 60,000 deep', header(`{"a":${'['.repeat(30_000)}${']'.repeat(30_000)}}`), /deep/],
    ['an unknown dtype', header({ a: tensor({ dtype: 'F31' }) }), /dtype/],
    ['a prototype for a tensor', header('{"__proto__": {"dtype": "F32"}}'), /shape/],
    ['a key with a NUL', header(`{"a\\u0000": ${one}}`), /NUL/],
    ['a key with a lone surrogate', header(`{"a\\ud800": ${one}}`), /surrogate/],
    ['a key of 501 characters', header({ ['a'.repeat(501)]: tensor() }), /501 characters/],
    ['no tensor at all', header('{}', 0), /no tensor/],
  ])('refuses %s', async (_what, file, message) => {
    for (const answer of [await send(file), await upload(file)]) {
      expect(answer.status).toBe(400);
      expect(ErrorBody.parse(answer.body).error).toMatchObject({ code: 'invalid_weights', param: 'file' });
      expect(answer.body.error.message).toMatch(message);
    }
    expect(await readdir(spool)).toEqual([]);
  });

  it('refuses a file over the limit, as it streams', async () => {
    const file = encodeSafetensors(new Map([['x', f32([UPLOAD_LIMIT])]]));
    for (const answer of [await send(file), await upload(file)]) {
      expect(answer).toMatchObject({ status: 413, body: { error: { code: 'payload_too_large' } } });
    }
    expect(await readdir(spool)).toEqual([]);
  });

  it.each([
    ['JSON', '{}', 'application/json'],
    ['text', 'hello', 'text/plain'],
  ])('refuses %s', async (_what, body, type) => {
    expect((await api.post('/weights', body, { 'content-type': type })).status).toBe(415);
  });

  it('refuses a form without a file, and unknown fields', async () => {
    const empty = new FormData();
    empty.append('name', 'x');
    expect((await api.post('/weights', empty)).body.error).toMatchObject({ param: 'file' });
    const file = encodeSafetensors(new Map([['x', f32([3])]]));
    expect((await upload(file, { nam: 'x' })).body.error.message).toMatch(/did you mean "name"/);
  });
});

describe('model.weights', () => {
  const still = { loss: 'CrossEntropyLoss', optimizer: { type: 'SGD', lr: 0 }, epochs: 1, batch_size: 2 };
  const predict = async (id: string) =>
    (await api.post(`/jobs/${id}/predict`, { inputs: POINTS.inputs })).body.predictions;

  it('starts a job from what another one learned', async () => {
    const teacher = await trained();
    const { body } = await upload((await download(teacher)).bytes);
    const job = await createJob(api, { model: { ...MODEL, weights: body.id }, training: still, seed: 99 });
    expect(job.model).toMatchObject({ weights: body.id });
    await train(api, job.id);
    expect(await predict(job.id)).toEqual(await predict(teacher));
    expect(await predict(await trained({ training: still, seed: 99 }))).not.toEqual(await predict(teacher));
  });

  it('names every key that does not fit, with both shapes', async () => {
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
          message: '"hidden.weight" is [2, 4] in the file, [4, 2] in the model',
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
    'is refused where there are no weights %s',
    async (weights) => {
      const { status, body } = await api.post('/jobs', jobBody({ model: { ...MODEL, weights } }));
      expect(status).toBe(400);
      expect(body.error.details).toEqual([
        {
          param: 'model.weights',
          code: 'not_found',
          message: expect.stringMatching(
            weights.length > 20 && weights.startsWith('w_') ? /^there are no weights/ : /names no weights/,
          ),
        },
      ]);
    },
  );

  it('keeps its weights from being deleted until it has ended', async () => {
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
