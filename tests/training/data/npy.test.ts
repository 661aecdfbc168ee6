import { describe, expect, it } from 'vitest';
import { Problem } from '#contracts/errors.ts';
import { isNpy, parseNpy } from '#training/data/formats/npy.ts';
import { fixture } from '../fixture.ts';

interface Case {
  numpy: string;
  version: number[] | null;
  shape: number[];
  values: number[];
  file: string;
}
const { npy } = fixture<{ npy: Case[] }>('arrays');
const bytesOf = ({ file }: Case) => Uint8Array.from(Buffer.from(file, 'base64'));

describe('a .npy of', () => {
  it.each(npy.map((each) => [`${each.numpy} ${each.version ?? ''}`, each] as const))('%s', (_what, each) => {
    const { shape, values } = parseNpy(bytesOf(each), 'inputs');
    expect(shape).toEqual(each.shape);
    expect([...values]).toEqual(each.values);
  });

  it('any dtype can be read at any alignment', () => {
    for (const each of npy) {
      const shifted = Buffer.concat([Buffer.alloc(3), bytesOf(each)]).subarray(3);
      expect([...parseNpy(shifted, 'inputs').values], each.numpy).toEqual(each.values);
    }
  });

  it('a small dtype stays small', () => {
    const kinds: Record<string, unknown> = {
      u1: Uint8Array,
      b1: Uint8Array,
      i1: Int32Array,
      i8: Int32Array,
      f2: Float32Array,
      f4: Float32Array,
      f8: Float64Array,
    };
    for (const [dtype, kind] of Object.entries(kinds)) {
      const each = npy.find(({ numpy }) => numpy.includes(`${dtype}', order='C'`))!;
      const { values, isBool } = parseNpy(bytesOf(each), 'inputs');
      expect(values, dtype).toBeInstanceOf(kind);
      expect(isBool).toBe(dtype === 'b1');
    }
  });
});

/** A file with this header, valid or not. */
function file(header: string, data = 8, version = 1): Buffer {
  const length = Buffer.alloc(version === 1 ? 2 : 4);
  if (version === 1) length.writeUInt16LE(header.length);
  else length.writeUInt32LE(header.length);
  const magic = Buffer.from([0x93, ...Buffer.from('NUMPY'), version, 0]);
  return Buffer.concat([magic, length, Buffer.from(header), Buffer.alloc(data)]);
}
const dict = (descr: string, shape: string, order = 'False') =>
  `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}, }\n`;

describe('rejects a .npy', () => {
  it.each<[string, Uint8Array, RegExp]>([
    ['that is empty', Buffer.alloc(0), /not a \.npy/],
    ['that is something else', Buffer.from('a,b\n1,2\n3,4\n'), /not a \.npy/],
    ['of a later version', file(dict("'<f4'", '(2,)'), 8, 4), /version 4/],
    ['that ends within its header', file(dict("'<f4'", '(2,)')).subarray(0, 30), /ends inside its header/],
    [
      'that ends before its header',
      file(dict("'<f4'", '(2,)'), 8, 2).subarray(0, 10),
      /ends inside its header/,
    ],
    ['with too few numbers', file(dict("'<f4'", '(3,)')), /needs 12 bytes, but 8 follow/],
    ['with too many numbers', file(dict("'<f4'", '(1,)')), /needs 4 bytes, but 8 follow/],
    [
      'whose shape overflows',
      file(dict("'<f4'", '(2147483648, 2147483648, 2147483648)')),
      /needs .* bytes, but 8 follow/,
    ],
    ['whose size is beyond all bounds', file(dict("'<f4'", '(99999999999999999999,)')), /too large/],
    ['of too many dimensions', file(dict("'<f4'", `(${'1,'.repeat(10)})`)), /10 dimensions/],
    ['of Python objects', file(dict("'|O'", '(1,)')), /Python objects/],
    ['of text', file(dict("'<U4'", '(1,)')), /not a supported number type/],
    ['of complex numbers', file(dict("'<c8'", '(1,)')), /not a supported number type/],
    ['of a prototype', file(dict("'constructor'", '(1,)')), /not a supported number type/],
    ['of records', file(dict("[('a', '<f4')]", '(2,)')), /structured/],
    ['without a descr', file("{'fortran_order': False, 'shape': (2,)}"), /no readable descr/],
    ['without a shape', file("{'descr': '<f4', 'fortran_order': False}"), /no readable shape/],
    ['with a negative size', file(dict("'<f4'", '(-2,)')), /no readable shape/],
    ['with a strange order', file(dict("'<f4'", '(2,)', '2')), /no readable fortran_order/],
    ['whose header is noise', file('\0'.repeat(50)), /no readable descr/],
  ])('%s', (_what, bytes, message) => {
    const read = () => parseNpy(bytes, 'inputs');
    expect(read).toThrow(Problem);
    expect(read).toThrow(message);
  });

  it('without the magic bytes', () => {
    expect(isNpy(file(''))).toBe(true);
    expect(isNpy(Buffer.from('NUMPY'))).toBe(false);
  });

  it('or reads it, with any byte changed, but throws nothing other than a Problem', () => {
    const good = bytesOf(npy[10]!);
    for (let i = 0; i < good.length; i++) {
      for (const value of [0, 0x28, 0x39, 0xff]) {
        const bad = good.slice();
        bad[i] = value;
        try {
          parseNpy(bad, 'inputs');
        } catch (error) {
          expect(error).toBeInstanceOf(Problem);
        }
      }
    }
  });
});
