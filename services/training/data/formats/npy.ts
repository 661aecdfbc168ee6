// Reads NumPy's .npy (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html): a magic, a version, a header that is a
// Python dict, then the numbers. Versions 1 to 3, both byte orders, C and Fortran order. Everything is checked against the length of the
// file before it is used; a .npy of Python objects is never unpickled.

import { endianness } from 'node:os';
import { LIMITS } from '#contracts/limits.ts';
import { formatShape, sizeOf } from '../../model/shape.ts';
import { fromHalf } from '../../model/tensor-numbers.ts';
import type { TableNumbers } from '../numbers.ts';
import { alignedView } from '../table.ts';
import { fileProblem } from './file-problem.ts';

export interface NpyArray {
  readonly shape: readonly number[];
  /** Row-major. */
  readonly values: TableNumbers;
  readonly isBool: boolean;
}

const MAGIC = Buffer.from('\x93NUMPY', 'latin1');
const MAX_HEADER_BYTES = 64 * 1024;
const MAX_RANK = 9;

/** Bytes per number, by dtype without its byte order. */
const ITEM_BYTES: Readonly<Record<string, number>> = {
  b1: 1,
  u1: 1,
  i1: 1,
  u2: 2,
  i2: 2,
  u4: 4,
  i4: 4,
  u8: 8,
  i8: 8,
  f2: 2,
  f4: 4,
  f8: 8,
};

export function isNpy(head: Uint8Array): boolean {
  return MAGIC.every((byte, i) => head[i] === byte);
}

/** Takes ownership of `file` and may modify it. @param param the name of the array in error messages. @throws Problem */
export function parseNpy(file: Uint8Array, param: string): NpyArray {
  const refuse = (code: string, message: string) => fileProblem(code, `${param}: ${message}`, param);
  const { dtype, fortran, shape, start } = readNpyHeader(file, refuse);
  const number = npyNumber(dtype, refuse);
  const { type, width } = number;
  const count = sizeOf(shape);
  const wanted = count * width;
  const given = file.byteLength - start;
  if (!Number.isSafeInteger(wanted) || wanted !== given) {
    const message = `${formatShape(shape)} of ${type} needs ${wanted} bytes, but ${given} follow the header`;
    throw refuse('wrong_length', message);
  }
  const values = npyNumbers(file.subarray(start), number);
  return { shape, values: fortran ? fromFortran(values, shape) : values, isBool: type === 'b1' };
}

/** Parses a dtype. @throws what `refuse` returns if it is not numeric */
export function npyNumber(dtype: string, refuse: Refusal): NpyNumber {
  const [, order = '|', type = ''] = /^([<>|=]?)(.+)$/.exec(dtype) ?? [];
  const width = Object.hasOwn(ITEM_BYTES, type) ? ITEM_BYTES[type]! : 0;
  if (width === 0) {
    const known = Object.keys(ITEM_BYTES).join(', ');
    const why = type.startsWith('O')
      ? 'Python objects, which are not supported'
      : 'not a supported number type';
    throw refuse('unknown_dtype', `dtype ${JSON.stringify(dtype.slice(0, 40))} is ${why}; known: ${known}`);
  }
  return { type, width, isForeign: order === (endianness() === 'BE' ? '<' : '>') && width > 1 };
}

/** Takes ownership of `bytes`, a whole number of items, and may modify them. */
export function npyNumbers(bytes: Uint8Array, { type, width, isForeign }: NpyNumber): TableNumbers {
  const [buffer, offset] = alignedView(bytes, width);
  if (isForeign) swap(Buffer.from(buffer, offset, bytes.byteLength), width);
  return numbersOf(buffer, offset, type, bytes.byteLength / width);
}

export interface NpyHeader {
  readonly dtype: string;
  readonly fortran: boolean;
  readonly shape: readonly number[];
  /** Offset of the first number. */
  readonly start: number;
}

/** The type code of a number, its size in bytes, and whether its byte order differs from the machine's. */
export interface NpyNumber {
  readonly type: string;
  readonly width: number;
  readonly isForeign: boolean;
}

type Refusal = (code: string, message: string) => Error;

/** `file` may be truncated anywhere after its header. */
export function readNpyHeader(file: Uint8Array, refuse: Refusal): NpyHeader {
  if (file.byteLength < 10 || !isNpy(file)) throw refuse('not_npy', 'not a .npy file');
  const major = file[6]!;
  if (major < 1 || major > 3)
    throw refuse('unknown_version', `a .npy of version ${major}; supported: 1 to 3`);
  const sizeBytes = major === 1 ? 2 : 4;
  if (file.byteLength < 8 + sizeBytes) throw refuse('cut_off', 'the file ends inside its header');
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const start = 8 + sizeBytes + length;
  if (length > MAX_HEADER_BYTES) {
    throw refuse('too_big', `a header of ${length} bytes, the limit is ${MAX_HEADER_BYTES}`);
  }
  if (start > file.byteLength) throw refuse('cut_off', 'the file ends inside its header');
  const text = new TextDecoder(major === 3 ? 'utf-8' : 'latin1').decode(file.subarray(8 + sizeBytes, start));
  return { ...readDict(text, refuse), start };
}

/** `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`, as numpy writes it. */
function readDict(text: string, refuse: Refusal): Omit<NpyHeader, 'start'> {
  const malformed = (what: string) => refuse('malformed', `the header of the .npy has no readable ${what}`);
  const value = (key: string) => new RegExp(`['"]${key}['"]\\s*:\\s*`).exec(text);
  const after = (key: string) => {
    const found = value(key);
    return found === null ? '' : text.slice(found.index + found[0].length);
  };
  const descr = /^(['"])([^'"]{1,40})\1/.exec(after('descr'))?.[2];
  if (descr === undefined) {
    if (after('descr').startsWith('['))
      throw refuse('unknown_dtype', 'a structured dtype: send plain numbers');
    throw malformed('descr');
  }
  const fortran = /^(True|False)\b/.exec(after('fortran_order'))?.[1];
  if (fortran === undefined) throw malformed('fortran_order');
  const sizes = /^\(([\d\s,L]*)\)/.exec(after('shape'))?.[1];
  if (sizes === undefined) throw malformed('shape');
  const shape = sizes
    .split(',')
    .map((size) => size.replaceAll(/[\sL]/g, ''))
    .filter((size) => size !== '')
    .map(Number);
  if (shape.length > MAX_RANK) {
    throw refuse('too_big', `an array of ${shape.length} dimensions, the limit is ${MAX_RANK}`);
  }
  if (shape.some((size) => !Number.isSafeInteger(size) || size > LIMITS.arenaBytes)) {
    throw refuse('too_big', `the shape ${formatShape(shape)} is too large`);
  }
  return { dtype: descr, fortran: fortran === 'True', shape };
}

function swap(bytes: Buffer, width: number): void {
  if (width === 2) bytes.swap16();
  else if (width === 4) bytes.swap32();
  else bytes.swap64();
}

/** The bytes are in the machine's order. */
function numbersOf(buffer: ArrayBuffer, offset: number, type: string, count: number): TableNumbers {
  switch (type) {
    case 'b1':
      return Uint8Array.from(new Uint8Array(buffer, offset, count), (bit) => (bit === 0 ? 0 : 1));
    case 'u1':
      return new Uint8Array(buffer, offset, count);
    case 'i1':
      return Int32Array.from(new Int8Array(buffer, offset, count));
    case 'u2':
      return Int32Array.from(new Uint16Array(buffer, offset, count));
    case 'i2':
      return Int32Array.from(new Int16Array(buffer, offset, count));
    case 'i4':
      return new Int32Array(buffer, offset, count);
    case 'u4':
      return smallest(Float64Array.from(new Uint32Array(buffer, offset, count)));
    case 'i8':
      return smallest(Float64Array.from(new BigInt64Array(buffer, offset, count), Number));
    case 'u8':
      return smallest(Float64Array.from(new BigUint64Array(buffer, offset, count), Number));
    case 'f2':
      return Float32Array.from(new Uint16Array(buffer, offset, count), fromHalf);
    case 'f4':
      return new Float32Array(buffer, offset, count);
    default:
      return new Float64Array(buffer, offset, count);
  }
}

/** As int32 if all values fit, which is true of nearly all int64 arrays. */
function smallest(values: Float64Array): Float64Array | Int32Array {
  return values.every((value) => value >= -(2 ** 31) && value < 2 ** 31) ? Int32Array.from(values) : values;
}

/** Column-major to row-major. */
function fromFortran<T extends TableNumbers>(values: T, shape: readonly number[]): T {
  const out = values.slice() as T;
  const strides: number[] = [];
  shape.reduce((stride, size, i) => {
    strides[i] = stride;
    return stride * size;
  }, 1);
  const index = new Array<number>(shape.length).fill(0);
  let from = 0;
  for (let to = 0; to < values.length; to++) {
    out[to] = values[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}
