// Resumable uploads, as a tus client sends them.

import { request as open } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '#store/store.ts';
import { quietLog } from '../../support/log.ts';
import { runSql } from '../../support/postgres.ts';
import { until } from '../../support/until.ts';
import { type Answer, type Api, csvForm, startApi } from '../running-api.ts';

const MIB = 2 ** 20;
const LIMIT = 4 * MIB;
const TUS = { 'tus-resumable': '1.0.0' };
const TYPE = 'application/offset+octet-stream';
const OPERATOR = { authorization: 'Bearer the-key-of-the-operator' };

const CSV = Buffer.from(
  `a,b,side\n${Array.from({ length: 9 }, (_, i) => `${i},${i * 2},${i % 2}\n`).join('')}`,
);

let api: Api;
beforeAll(async () => {
  api = await startApi({ datasetUploadBytes: LIMIT }, undefined, { apiKey: 'the-key-of-the-operator' });
});
afterAll(() => api.close());

const metadata = (pairs: Record<string, string>) => ({
  'upload-metadata': Object.entries(pairs)
    .map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`)
    .join(','),
});

const announce = (length: number | string, headers: Record<string, string> = {}, as = OPERATOR) =>
  api.post('/uploads', undefined, { ...as, ...TUS, 'upload-length': String(length), ...headers });

/** Begins an upload and returns its id. */
async function begin(length: number, headers = {}, as = OPERATOR): Promise<string> {
  const { status, body } = await announce(length, headers, as);
  expect(status, JSON.stringify(body)).toBe(201);
  return body.id;
}

async function ask(method: string, id: string, headers: object = {}, body?: Uint8Array): Promise<Answer> {
  const reply = await fetch(`${api.url}/uploads/${id}`, {
    method,
    headers: { ...OPERATOR, ...TUS, ...headers },
    ...(body === undefined ? {} : { body: Buffer.from(body) }),
  });
  const text = await reply.text();
  return { status: reply.status, headers: reply.headers, body: text === '' ? null : JSON.parse(text) };
}

const send = (id: string, offset: number, body: Uint8Array, headers = {}) =>
  ask('PATCH', id, { 'content-type': TYPE, 'upload-offset': String(offset), ...headers }, body);

const offsetOf = async (id: string) => Number((await ask('HEAD', id)).headers.get('upload-offset'));

async function sent(content: Uint8Array, headers = {}): Promise<string> {
  const id = await begin(content.length, headers);
  expect((await send(id, 0, content)).status).toBe(204);
  return id;
}

const create = (body: object, headers = {}) => api.post('/datasets', body, { ...OPERATOR, ...headers });

describe('the tus protocol', () => {
  it('announces its version, extensions and size limit', async () => {
    const reply = await fetch(`${api.url}/uploads`, { method: 'OPTIONS', headers: OPERATOR });
    expect(reply.status).toBe(204);
    expect(reply.headers.get('tus-version')).toBe('1.0.0');
    expect(reply.headers.get('tus-extension')).toBe('creation,expiration,termination');
    expect(reply.headers.get('tus-max-size')).toBe(String(LIMIT));
  });

  it('creates an upload, takes it in two requests, and reports the offset between them', async () => {
    const said = metadata({ filename: 'grün.csv', filetype: 'text/csv' });
    const created = await announce(CSV.length, said);
    expect(created.status).toBe(201);
    expect(created.headers.get('location')).toBe(`/uploads/${created.body.id}`);
    expect(created.headers.get('tus-resumable')).toBe('1.0.0');
    expect(created.body).toMatchObject({ object: 'upload', length: CSV.length, offset: 0 });
    const { id } = created.body;
    const first = await send(id, 0, CSV.subarray(0, 20));
    expect(first.status).toBe(204);
    expect(first.headers.get('upload-offset')).toBe('20');
    expect(Date.parse(first.headers.get('upload-expires')!)).toBeGreaterThan(Date.now());
    const { status, headers } = await ask('HEAD', id);
    expect(status).toBe(204);
    expect(headers.get('upload-offset')).toBe('20');
    expect(headers.get('upload-length')).toBe(String(CSV.length));
    expect(headers.get('upload-metadata')).toBe(said['upload-metadata']);
    expect(headers.get('cache-control')).toBe('no-store');
    expect((await send(id, 20, CSV.subarray(20))).headers.get('upload-offset')).toBe(String(CSV.length));
  });

  it('refuses another version, or none, and names the supported one', async () => {
    for (const version of [{ 'tus-resumable': '0.2.2' }, { 'tus-resumable': '' }]) {
      const reply = await announce(4, version);
      expect(reply.status).toBe(412);
      expect(reply.headers.get('tus-version')).toBe('1.0.0');
    }
  });

  it.each([
    ['no length', { 'upload-length': '' }, /upload-length: expected a whole number of bytes/],
    ['a length below zero', { 'upload-length': '-1' }, /not "-1"/],
    ['metadata that is not base64', { 'upload-metadata': 'filename a.csv' }, /"filename" is not base64/],
    ['a key twice', { 'upload-metadata': 'a YQ==,a YQ==' }, /"a" is given twice/],
  ])('refuses %s', async (_what, headers, message) => {
    const { status, body } = await announce(4, headers);
    expect(status).toBe(400);
    expect(body.error.message).toMatch(message);
  });

  it('refuses a length over the limit on creation', async () => {
    const { status, body } = await announce(LIMIT + 1);
    expect(status).toBe(413);
    expect(body.error.message).toContain(`over the limit of ${LIMIT} bytes`);
  });

  it('refuses a wrong offset and names the right one', async () => {
    const id = await begin(10);
    await send(id, 0, Buffer.from('abcd'));
    const { status, body } = await send(id, 2, Buffer.from('cdef'));
    expect(status).toBe(409);
    expect(body.error.message).toContain(`the next byte of ${id} is 4, but this request starts at 2`);
    expect(await offsetOf(id)).toBe(4);
  });

  it('refuses bytes beyond the declared length', async () => {
    const id = await begin(6);
    expect((await send(id, 0, Buffer.from('abcd'))).status).toBe(204);
    const { status, body } = await send(id, 4, Buffer.from('efgh'));
    expect(status).toBe(413);
    expect(body.error.message).toContain(`4 bytes from byte 4 on exceed the upload-length of ${id}`);
    expect(await offsetOf(id)).toBe(4);
  });

  it('refuses another content type', async () => {
    const id = await begin(6);
    const { status, body } = await send(id, 0, Buffer.from('{}'), { 'content-type': 'application/json' });
    expect(status).toBe(415);
    expect(body.error.message).toContain(TYPE);
  });

  it('answers 404 for a deleted or unknown upload', async () => {
    const id = await sent(Buffer.from('abcd'));
    const gone = await ask('DELETE', id);
    expect([gone.status, gone.headers.get('x-bytes-freed')]).toEqual([204, '4']);
    for (const method of ['HEAD', 'DELETE']) expect((await ask(method, id)).status).toBe(404);
    expect((await send(id, 4, Buffer.from('e'))).status).toBe(404);
    expect((await ask('HEAD', 'u_nonsense')).status).toBe(404);
    expect(await runSql(api.databaseUrl, `SELECT FROM upload_chunk WHERE upload_id = '${id}'`)).toEqual([]);
  });

  it('answers 404 for an expired upload, whose bytes are swept', async () => {
    const id = await sent(CSV);
    await runSql(api.databaseUrl, `UPDATE upload SET expires_at = now() - interval '1 s' WHERE id = '${id}'`);
    expect((await ask('HEAD', id)).status).toBe(404);
    expect((await send(id, CSV.length, Buffer.alloc(0))).status).toBe(404);
    expect((await create({ upload: id })).status).toBe(404);
    // Opening a store sweeps, as every process does on start and hourly.
    const other = await openStore({ databaseUrl: api.databaseUrl, redisUrl: null, log: quietLog });
    const chunks = `SELECT FROM upload_chunk WHERE upload_id = '${id}'`;
    await until(async () => ((await runSql(api.databaseUrl, chunks)).length === 0 ? true : null));
    await other.close();
  });
});

describe('an interrupted upload', () => {
  const content = Buffer.alloc(3 * MIB + 7, 'abcdefghijk');

  /** A PATCH whose body is left unfinished. */
  function halfSent(id: string, body: Buffer) {
    const request = open(`${api.url}/uploads/${id}`, {
      method: 'PATCH',
      headers: {
        ...OPERATOR,
        ...TUS,
        'content-type': TYPE,
        'upload-offset': '0',
        'content-length': content.length,
      },
    });
    request.on('error', () => {});
    request.write(body);
    return request;
  }

  it('keeps everything that arrived, and resumes from there', async () => {
    const id = await begin(content.length);
    const request = halfSent(id, content.subarray(0, 2 * MIB + 1_000));
    await until(async () => ((await offsetOf(id)) === 2 * MIB ? true : null));
    request.destroy();
    await until(async () => ((await offsetOf(id)) === 2 * MIB + 1_000 ? true : null));
    const at = await offsetOf(id);
    expect((await send(id, at, content.subarray(at))).status).toBe(204);
    const pieces: Buffer[] = [];
    for await (const piece of api.store.uploads.read(id)) pieces.push(piece);
    expect(Buffer.concat(pieces).equals(content)).toBe(true);
  });

  it('refuses one of two requests that send the same bytes', async () => {
    const id = await begin(content.length);
    const replies = await Promise.all([send(id, 0, content), send(id, 0, content)]);
    expect(replies.map(({ status }) => status).sort()).toEqual([204, 409]);
    expect(await offsetOf(id)).toBe(content.length);
  });

  it('stores nothing more from a request that another one overtook', async () => {
    const id = await begin(content.length);
    const request = halfSent(id, content.subarray(0, MIB));
    await until(async () => ((await offsetOf(id)) === MIB ? true : null));
    expect((await send(id, MIB, content.subarray(MIB))).status).toBe(204);
    const status = new Promise((resolve) => request.on('response', (reply) => resolve(reply.statusCode)));
    request.end(content.subarray(MIB));
    expect([409, 413]).toContain(await status);
    expect(await offsetOf(id)).toBe(content.length);
  });
});

describe('a dataset from an upload', () => {
  it('equals one from a form, and consumes the upload', async () => {
    const form = csvForm(new Uint8Array(CSV), { target: 'side' }, { filename: 'points.csv' });
    const plain = (await api.post('/datasets', form, OPERATOR)).body;
    const upload = await sent(CSV, metadata({ filename: 'points.csv' }));
    const { status, body } = await create({ upload, target: 'side' });
    expect(status, JSON.stringify(body)).toBe(201);
    const { id: _, created_at: __, ...told } = plain;
    expect(body).toMatchObject(told);
    expect(body.name).toBe('points.csv');
    expect((await ask('HEAD', upload)).status).toBe(404);
  });

  it('that is refused keeps the upload, so that only the fields need resending', async () => {
    const upload = await sent(CSV);
    const inspected = await api.post('/datasets/inspect', { upload, target: 'sied' }, OPERATOR);
    expect([inspected.status, inspected.body.dataset]).toEqual([200, null]);
    const wrong = await create({ upload, target: 'sied' });
    expect([wrong.status, wrong.body.error.param]).toEqual([400, 'target']);
    expect(
      (await api.post('/datasets/inspect', { upload, target: 'side' }, OPERATOR)).body.dataset.samples,
    ).toBe(9);
    expect((await create({ upload, target: 'side' })).status).toBe(201);
  });

  it('that is incomplete is refused with the number of bytes received', async () => {
    const upload = await begin(CSV.length);
    await send(upload, 0, CSV.subarray(0, 20));
    const { status, body } = await create({ upload });
    expect(status).toBe(409);
    expect(body.error.message).toContain(`upload: 20 of ${CSV.length} bytes have arrived`);
  });

  it('is a plain text if its filename says so', async () => {
    const upload = await sent(
      Buffer.from('It was a dark night. '.repeat(20)),
      metadata({ filename: 'night.txt' }),
    );
    expect((await create({ upload })).body).toMatchObject({ source: 'text', name: 'night.txt' });
  });

  it('is replayed for the same Idempotency-Key, though the upload is gone', async () => {
    const upload = await sent(CSV);
    const key = { 'idempotency-key': 'once' };
    const first = await create({ upload, target: 'side' }, key);
    const again = await create({ upload, target: 'side' }, key);
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.body).toEqual(first.body);
    expect((await create({ upload, target: 'side' })).status).toBe(404);
  });

  it('is made by only one of two concurrent requests', async () => {
    const upload = await sent(CSV);
    const replies = await Promise.all([create({ upload }), create({ upload })]);
    expect(replies.map(({ status }) => status).sort()).toEqual([201, 404]);
  });
});

it("an upload counts against its key's bytes from creation, and then as the dataset it becomes", async () => {
  const key = { name: 'small', tenant: 'acme', limits: { upload_bytes: 1_000 } };
  const made = await api.post('/keys', key, OPERATOR);
  const as = { authorization: `Bearer ${made.body.key}` };
  const over = await announce(1_001, {}, as);
  expect(over.status).toBe(422);
  expect(over.body.error.message).toContain('upload_bytes is 1000: it holds 0, and this adds 1001');
  const upload = await begin(900, {}, as);
  expect((await announce(101, {}, as)).status).toBe(422);
  expect((await api.delete(`/uploads/${upload}`, { ...as, ...TUS })).status).toBe(204);
  const second = await begin(CSV.length, {}, as);
  expect((await send(second, 0, CSV, as)).status).toBe(204);
  const dataset = await create({ upload: second, target: 'side' }, as);
  expect(dataset.status, JSON.stringify(dataset.body)).toBe(201);
  const left = 1_000 - dataset.body.bytes;
  expect((await announce(left + 1, {}, as)).status).toBe(422);
  expect((await announce(left, {}, as)).status).toBe(201);
});
