// Predict over HTTP in formats other than JSON, with bodies that are large, packed or hostile.

import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseNpy } from '#training/data/formats/npy.ts';
import { until } from '../../support/until.ts';
import { type Api, createJob, startApi, train } from '../running-api.ts';

const LIMIT = 8 * 2 ** 20;
let api: Api;
let id: string;
beforeAll(async () => {
  api = await startApi({ uploadBytes: LIMIT });
  ({ id } = await createJob(api));
  await train(api, id);
});
afterAll(() => api.close());

async function ask(body: string | Uint8Array, headers: Record<string, string>, query = '') {
  const reply = await fetch(`${api.url}/jobs/${id}/predict${query}`, {
    method: 'POST',
    headers,
    body: body as Uint8Array<ArrayBuffer>,
  });
  return {
    status: reply.status,
    type: reply.headers.get('content-type'),
    warnings: reply.headers.get('x-warnings'),
    body: Buffer.from(await reply.arrayBuffer()),
  };
}
const json = { 'content-type': 'application/json' };
const errorOf = ({ body }: { body: Buffer }) => JSON.parse(body.toString()).error;

describe('POST /jobs/{id}/predict in other formats', () => {
  const rows = Array.from({ length: 40 }, (_, i) => [i / 10, 1 - i / 10]);
  const lines = rows.map((row) => JSON.stringify(row)).join('\n');

  it('gives the same answers in every input format, batch size and process', async () => {
    const wanted = JSON.parse(
      (await ask(JSON.stringify({ inputs: rows }), json)).body.toString(),
    ).predictions;
    expect(wanted).toHaveLength(rows.length);
    const alone = await Promise.all(rows.map((row) => ask(JSON.stringify({ inputs: [row] }), json)));
    expect(alone.flatMap(({ body }) => JSON.parse(body.toString()).predictions)).toEqual(wanted);
    for (const [type, body] of [
      ['application/x-ndjson', lines],
      ['text/csv; charset=utf-8', rows.join('\n')],
    ] as const) {
      const answer = await ask(body, { 'content-type': type });
      expect(answer.type).toMatch(/^application\/json/);
      expect(JSON.parse(answer.body.toString()).predictions).toEqual(wanted);
    }
    const packed = await ask(gzipSync(lines), {
      'content-type': 'application/x-ndjson',
      'content-encoding': 'gzip',
    });
    expect(JSON.parse(packed.body.toString()).predictions).toEqual(wanted);
  });

  it('answers in the type that Accept prefers', async () => {
    const body = JSON.stringify({ inputs: rows });
    const csv = await ask(body, { ...json, accept: 'application/json;q=0.5, text/csv' });
    expect(csv.type).toMatch(/^text\/csv/);
    expect(csv.body.toString().split('\n')[0]).toBe('class,probability_0,probability_1,output_0,output_1');
    const npy = await ask(body, { ...json, accept: 'application/x-npy' }, '?return=labels');
    expect(parseNpy(npy.body, 'labels').shape).toEqual([rows.length]);
    const refused = await ask(body, { ...json, accept: 'image/png' });
    expect([refused.status, errorOf(refused).code]).toEqual([406, 'not_acceptable']);
  });

  it('warns of inputs far outside the training data, in the reply or in its header', async () => {
    const far = '{"inputs": [[0, 1], [9, 1]]}';
    const { warnings } = JSON.parse((await ask(far, json)).body.toString());
    expect(warnings).toEqual([
      { code: 'outside_training', param: 'inputs', message: expect.stringContaining('1 of 2 rows') },
    ]);
    expect(JSON.parse((await ask('{"inputs": [[0, 1]]}', json)).body.toString())).not.toHaveProperty(
      'warnings',
    );
    const lines = await ask('[0,1]\n[9,1]', { 'content-type': 'application/x-ndjson', accept: 'text/csv' });
    expect(JSON.parse(lines.warnings!)).toEqual(warnings);
  });

  it('streams 100,000 records, and leaves nothing on disk', async () => {
    const many = Array.from({ length: 100_000 }, (_, i) => `${i % 7},${i % 3}`).join('\n');
    const answer = await ask(many, { 'content-type': 'text/csv', accept: 'application/x-ndjson' });
    expect(answer.status).toBe(200);
    const told = answer.body.toString().trimEnd().split('\n');
    expect(told).toHaveLength(100_000);
    const { body } = await ask('{"inputs": [[3, 1]]}', json);
    expect(JSON.parse(told[10]!)).toEqual(JSON.parse(body.toString()).predictions[0]);
    await until(async () => {
      const mine = (await readdir(tmpdir())).filter((name) => name.startsWith(`epochd-api-${process.pid}-`));
      const left = await Promise.all(mine.map((name) => readdir(path.join(tmpdir(), name))));
      return left.flat().some((name) => name.startsWith('request-')) ? null : true;
    });
  });

  it('names the row and column of a bad cell, even in a large body', async () => {
    const many = Array.from({ length: 400_000 }, (_, i) => (i === 123_456 ? '1,x' : '1,2')).join('\n');
    const answer = await ask(many, { 'content-type': 'text/csv' });
    expect(answer.status).toBe(400);
    expect(errorOf(answer).details).toEqual([
      {
        param: 'rows[123457]["2"]',
        code: 'bad_cell',
        message: expect.stringMatching(/row 123457, column "2": "x"/),
      },
    ]);
  });

  it.each<[string, () => string | Uint8Array, Record<string, string>, number, string]>([
    [
      'a gzip bomb',
      () => gzipSync(Buffer.alloc(LIMIT * 4, '[1,2]\n')),
      { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' },
      413,
      'too_large',
    ],
    [
      'more than the limit',
      () => Buffer.alloc(LIMIT + 1, '1,2\n'),
      { 'content-type': 'text/csv' },
      413,
      'too_large',
    ],
    [
      'gzip that is none',
      () => '[1,2]',
      { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' },
      400,
      'malformed_gzip',
    ],
    [
      'gzip that ends too early',
      () => gzipSync(Buffer.alloc(100_000, '[1,2]\n')).subarray(0, 50),
      { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' },
      400,
      'malformed_gzip',
    ],
    [
      'another encoding',
      () => '[1,2]',
      { 'content-type': 'application/x-ndjson', 'content-encoding': 'br' },
      415,
      'unsupported_encoding',
    ],
    ['another type', () => 'a: 1', { 'content-type': 'application/yaml' }, 415, 'unsupported_media_type'],
    ['one row without end', () => `{"inputs": [[${'1,'.repeat(3 * 2 ** 20)}`, json, 400, 'malformed_json'],
    [
      'text that is UTF-8 and something else',
      () => Buffer.concat([Buffer.from('ä,b\n1,'), Buffer.from([0xff, 0xfe, 0xfd])]),
      { 'content-type': 'text/csv' },
      400,
      'not_utf8',
    ],
    ['an unknown part', () => '{"inputs": []}', json, 400, 'invalid_value'],
  ])('refuses %s', async (what, body, headers, status, code) => {
    const answer = await ask(body(), headers, what === 'an unknown part' ? '?return=everything' : '');
    expect([answer.status, errorOf(answer).details[0].code]).toEqual([status, code]);
  });

  it('recovers in a new process when the predicting one was killed', async () => {
    const one = () => ask('[1,2]', { 'content-type': 'application/x-ndjson' });
    expect((await one()).status).toBe(200);
    process.kill(api.app.predictors.pid!, 'SIGKILL');
    await until(async () => ((await one()).status === 200 ? true : null));
  });
});
