// POST /weights with files that are not valid safetensors, too large, or of another type.

import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { ErrorBody } from '#contracts/errors.ts';
import { encodeSafetensors } from '#training/model/safetensors.ts';
import { api, f32, send, spool, UPLOAD_LIMIT, upload } from './weights-api.ts';

describe('POST /weights', () => {
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
    ['an empty file', Buffer.alloc(0), /shorter/],
    ['a few bytes', Buffer.alloc(7), /shorter/],
    [
      'a PNG',
      Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(100)]),
      /header of \d+ bytes/,
    ],
    ['a header shorter than its length says', header({ a: tensor() }, 8, 10_000n), /claimed/],
    ['a header length of 100 MB in a short file', header({ a: tensor() }, 8, 100_000_000n), /claimed/],
    ['a header length of 2⁶⁴ − 1', header({ a: tensor() }, 8, 2n ** 64n - 1n), /claimed/],
    ['overlapping ranges', header({ a: tensor(), b: tensor({ data_offsets: [4, 12] }) }, 12), /overlaps/],
    ['the same range twice', header({ a: tensor(), b: tensor() }), /overlaps/],
    ['a range beyond the end', header({ a: tensor({ shape: [4], data_offsets: [0, 16] }) }), /outside/],
    ['a range of 2⁵³', header({ a: tensor({ data_offsets: [0, 2 ** 53] }) }), /data_offsets/],
    ['a reversed range', header({ a: tensor({ data_offsets: [8, 0] }) }), /outside/],
    ['a hole', header({ a: tensor({ data_offsets: [4, 12] }) }, 12), /gap/],
    ['excess bytes', header({ a: tensor() }, 9), /belong to no tensor/],
    ['sizes of 2³² each', header({ a: tensor({ shape: [2 ** 32, 2 ** 32] }) }), /shape/],
    ['a size of 2³² and one of 0', header({ a: tensor({ shape: [2 ** 32, 2 ** 32, 0] }) }), /shape/],
    ['a repeated key', header(`{"a": ${one}, "a": ${one}}`), /"a" occurs twice/],
    ['a repeated key, escaped once', header(`{"a": ${one}, "\\u0061": ${one}}`), /occurs twice/],
    [
      'a repeated shape',
      header(`{"a": {"shape": [2], "dtype": "F32", "shape": [1], "data_offsets": [0, 8]}}`),
      /twice/,
    ],
    ['a header that is not JSON', header('{nope'), /not JSON/],
    ['a header that is a list', header('[1]'), /start with/],
    ['a header 60,000 deep', header(`{"a":${'['.repeat(30_000)}${']'.repeat(30_000)}}`), /deep/],
    ['an unknown dtype', header({ a: tensor({ dtype: 'F31' }) }), /dtype/],
    ['a tensor named __proto__', header('{"__proto__": {"dtype": "F32"}}'), /shape/],
    ['a key with a NUL', header(`{"a\\u0000": ${one}}`), /NUL/],
    ['a key with a lone surrogate', header(`{"a\\ud800": ${one}}`), /surrogate/],
    ['a key of 501 characters', header({ ['a'.repeat(501)]: tensor() }), /501 characters/],
    ['a file without tensors', header('{}', 0), /no tensor/],
  ])('refuses %s', async (_what, file, message) => {
    for (const answer of [await send(file), await upload(file)]) {
      expect(answer.status).toBe(400);
      expect(ErrorBody.parse(answer.body).error).toMatchObject({ code: 'invalid_weights', param: 'file' });
      expect(answer.body.error.message).toMatch(message);
    }
    expect(await readdir(spool)).toEqual([]);
  });

  it('refuses a file over the limit while it streams', async () => {
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
