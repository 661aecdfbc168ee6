import { describe, expect, it } from 'vitest';
import {
  decodeSafetensors,
  encodeSafetensors,
  type SafeTensor,
  SafetensorsError,
} from '#training/model/safetensors.ts';

const f32 = (shape: number[], values: number[]): SafeTensor => ({
  dtype: 'F32',
  shape,
  bytes: new Uint8Array(Float32Array.from(values).buffer),
});

/** A file with exactly this header, valid or not. */
function file(header: unknown, dataBytes: number, claimed?: bigint): Buffer {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const out = Buffer.alloc(8 + json.length + dataBytes);
  out.writeBigUInt64LE(claimed ?? BigInt(json.length), 0);
  json.copy(out, 8);
  return out;
}

describe('safetensors', () => {
  it('round-trips names, shapes, bytes and metadata', () => {
    const tensors = new Map([
      ['fc1.weight', f32([2, 3], [1, 2, 3, 4, 5, 6])],
      ['fc1.bias', f32([2], [0.5, -0.5])],
      ['scalar', f32([], [7])],
      ['nothing', f32([0, 4], [])],
    ]);
    const read = decodeSafetensors(encodeSafetensors(tensors, new Map([['format', 'pt']])));
    expect([...read.tensors.keys()]).toEqual([...tensors.keys()]);
    expect(read.metadata.get('format')).toBe('pt');
    for (const [name, { dtype, shape, bytes }] of tensors) {
      const got = read.tensors.get(name)!;
      expect([got.dtype, got.shape]).toEqual([dtype, shape]);
      expect(Buffer.from(got.bytes)).toEqual(Buffer.from(bytes));
    }
  });

  it('aligns every tensor to its element size', () => {
    const i64: SafeTensor = {
      dtype: 'I64',
      shape: [],
      bytes: new Uint8Array(BigInt64Array.of(-3n).buffer),
    };
    const tensors = new Map([
      ['odd', f32([3], [1, 2, 3])],
      ['steps', i64],
    ]);
    const read = decodeSafetensors(new Uint8Array(encodeSafetensors(tensors)));
    expect([...read.tensors.keys()]).toEqual(['odd', 'steps']);
    const steps = read.tensors.get('steps')!.bytes;
    expect(steps.byteOffset % 8).toBe(0);
    expect(Buffer.from(steps)).toEqual(Buffer.from(i64.bytes));
    expect(Buffer.from(read.tensors.get('odd')!.bytes)).toEqual(Buffer.from(tensors.get('odd')!.bytes));
  });

  it('writes the published layout: little-endian length, JSON, then the data', () => {
    const bytes = Buffer.from(encodeSafetensors(new Map([['a', f32([1], [1])]])));
    const length = Number(bytes.readBigUInt64LE(0));
    expect(JSON.parse(bytes.subarray(8, 8 + length).toString())).toEqual({
      a: { dtype: 'F32', shape: [1], data_offsets: [0, 4] },
    });
    expect((8 + length) % 8).toBe(0);
    expect(bytes.subarray(8 + length)).toEqual(Buffer.from([0, 0, 0x80, 0x3f]));
  });

  const entry = (over: object) => ({ a: { dtype: 'F32', shape: [2], data_offsets: [0, 8], ...over } });
  it.each<[string, Uint8Array, RegExp]>([
    ['too short', Buffer.alloc(5), /shorter/],
    ['a header longer than the file', file(entry({}), 8, 10_000n), /claimed/],
    ['a header of 2⁶³ bytes', file(entry({}), 8, 2n ** 63n), /claimed/],
    ['a header that is not JSON', file('{nope', 8), /not JSON/],
    ['a header that is a list', file('[1]', 8), /start with/],
    [
      'a header that is not UTF-8',
      Buffer.concat([file('{', 0, 4n), Buffer.from([0xff, 0xfe, 0x7d])]),
      /not JSON/,
    ],
    ['an unknown dtype', file(entry({ dtype: 'F31' }), 8), /dtype/],
    ['a dtype from a prototype', file(entry({ dtype: 'constructor' }), 8), /dtype/],
    ['a negative size', file(entry({ shape: [-2] }), 8), /shape/],
    ['a fractional size', file(entry({ shape: [0.5] }), 8), /shape/],
    ['sizes of 2³² each', file(entry({ shape: [2 ** 32, 2 ** 32] }), 8), /shape/],
    [
      'a shape larger than its range',
      file(entry({ shape: [3] }), 8),
      /12 bytes by its shape, but 8 by its range/,
    ],
    ['a range outside the data', file(entry({ shape: [4], data_offsets: [0, 16] }), 8), /outside/],
    ['a range backwards', file(entry({ data_offsets: [8, 0] }), 8), /outside/],
    [
      'overlapping ranges',
      file({ ...entry({}), b: { dtype: 'F32', shape: [2], data_offsets: [4, 12] } }, 12),
      /overlaps/,
    ],
    ['a hole', file(entry({ data_offsets: [4, 12] }), 12), /a gap of/],
    ['bytes of no tensor', file(entry({}), 12), /4 bytes belong to no tensor/],
    ['metadata that is not text', file({ __metadata__: { a: 1 } }, 0), /not a string/],
    ['an entry that is null', file({ a: null }, 0), /not an object/],
  ])('rejects %s', (_, bytes, message) => {
    expect(() => decodeSafetensors(bytes)).toThrow(SafetensorsError);
    expect(() => decodeSafetensors(bytes)).toThrow(message);
  });
});
