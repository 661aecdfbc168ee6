// Reads and writes safetensors (https://github.com/huggingface/safetensors): eight bytes of header length, a JSON header with each
// tensor's dtype, shape and byte range, then the bytes. Files may be untrusted, so every length is checked against the file before
// anything is built from it, ranges must be contiguous without gap or overlap, and tensors are views, never copies.

import { joined } from '../job/joined.ts';

export const DTYPE_BYTES = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
} as const;
export type SafeDType = keyof typeof DTYPE_BYTES;

export interface SafeTensor {
  readonly dtype: SafeDType;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

export interface SafetensorsFile {
  readonly tensors: ReadonlyMap<string, SafeTensor>;
  readonly metadata: ReadonlyMap<string, string>;
}

/** The file is not valid safetensors. The message says where. */
export class SafetensorsError extends Error {
  constructor(message: string) {
    super(`not a valid safetensors file: ${message}`);
    this.name = 'SafetensorsError';
  }
}

/** As in the reference implementation. */
const MAX_HEADER_BYTES = 100_000_000;
/** A header is an object of objects that hold arrays; the rest is room for later versions. */
const MAX_DEPTH = 8;
/** Data start at a multiple of this, so that typed arrays can view them in place. */
const ALIGNMENT = 64;

/** The file in pieces, to be written one after the other; the tensors' bytes are not copied. */
export function safetensorsPieces(
  tensors: ReadonlyMap<string, SafeTensor>,
  metadata: ReadonlyMap<string, string> = new Map(),
): Uint8Array[] {
  // The header lists tensors in the given order, in which readers show them.
  const entries = new Map<string, unknown>();
  if (metadata.size > 0) entries.set('__metadata__', Object.fromEntries(metadata));
  for (const name of tensors.keys()) entries.set(name, null);
  let offset = 0;
  // As in the reference implementation, the widest elements come first, so that every tensor is aligned to its element size.
  const inOrder = [...tensors].sort(([, a], [, b]) => DTYPE_BYTES[b.dtype] - DTYPE_BYTES[a.dtype]);
  for (const [name, { dtype, shape, bytes }] of inOrder) {
    const expected = byteLength(dtype, shape);
    if (expected !== bytes.byteLength) {
      throw new Error(`tensor ${name}: ${bytes.byteLength} bytes given, but ${expected} needed`);
    }
    entries.set(name, { dtype, shape, data_offsets: [offset, offset + expected] });
    offset += expected;
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const padded = Math.ceil((8 + json.length) / ALIGNMENT) * ALIGNMENT - 8;
  const head = new Uint8Array(8 + padded).fill(0x20);
  new DataView(head.buffer).setBigUint64(0, BigInt(padded), true);
  head.set(json, 8);
  return [head, ...inOrder.map(([, { bytes }]) => bytes)];
}

export function encodeSafetensors(
  tensors: ReadonlyMap<string, SafeTensor>,
  metadata?: ReadonlyMap<string, string>,
): Uint8Array {
  return joined(safetensorsPieces(tensors, metadata));
}

/** Position of a tensor in the data that follow the header. */
export interface TensorPlace {
  readonly dtype: SafeDType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  readonly tensors: ReadonlyMap<string, TensorPlace>;
  readonly metadata: ReadonlyMap<string, string>;
}

/** @throws SafetensorsError */
export function decodeSafetensors(file: Uint8Array): SafetensorsFile {
  const start = 8 + headerLength(file.subarray(0, 8), file.byteLength);
  const data = file.subarray(start);
  const { tensors, metadata } = readHeader(file.subarray(8, start), data.byteLength);
  const views = [...tensors].map(
    ([name, { dtype, shape, begin, end }]) =>
      [name, { dtype, shape, bytes: data.subarray(begin, end) }] as const,
  );
  return { tensors: new Map(views), metadata };
}

/** The header length claimed by the first eight bytes of a file of `fileBytes` bytes. @throws SafetensorsError */
export function headerLength(first: Uint8Array, fileBytes: number, most = MAX_HEADER_BYTES): number {
  if (fileBytes < 10) throw new SafetensorsError('shorter than the smallest header');
  const claimed = new DataView(first.buffer, first.byteOffset, 8).getBigUint64(0, true);
  if (claimed > MAX_HEADER_BYTES) throw new SafetensorsError(`a header of ${claimed} bytes is claimed`);
  const length = Number(claimed);
  if (8 + length > fileBytes) {
    throw new SafetensorsError(`a header of ${length} bytes is claimed, but ${fileBytes - 8} follow`);
  }
  if (length > most)
    throw new SafetensorsError(`a header of ${length} bytes is claimed, the limit is ${most}`);
  return length;
}

/** Reads the header of a file that arrives in pieces, and no further. @throws SafetensorsError */
export async function headerOf(
  pieces: AsyncIterable<Uint8Array>,
  fileBytes: number,
): Promise<SafetensorsHeader> {
  let head: Uint8Array = new Uint8Array(0);
  for await (const piece of pieces) {
    head = joined([head, piece]);
    if (head.length < 8) continue;
    const end = 8 + headerLength(head, fileBytes);
    if (head.length >= end) return readHeader(head.subarray(8, end), fileBytes - end);
  }
  throw new SafetensorsError('it ends inside its header');
}

/** All tensors, with their ranges checked against the `dataBytes` that follow. @throws SafetensorsError */
export function readHeader(json: Uint8Array, dataBytes: number): SafetensorsHeader {
  const tensors = new Map<string, TensorPlace>();
  const metadata = new Map<string, string>();
  const ranges: [begin: number, end: number, name: string][] = [];
  for (const [name, value] of Object.entries(parseHeader(json))) {
    if (name === '__metadata__') {
      for (const [key, text] of Object.entries(objectOf(value, '__metadata__'))) {
        if (typeof text !== 'string') throw new SafetensorsError(`__metadata__.${key} is not a string`);
        metadata.set(key, text);
      }
      continue;
    }
    const place = entryOf(name, value, dataBytes);
    ranges.push([place.begin, place.end, name]);
    tensors.set(name, place);
  }
  checkRanges(ranges, dataBytes);
  return { tensors, metadata };
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  if (bytes[0] !== 0x7b) throw new SafetensorsError('the header does not start with {');
  let text: string;
  let header: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    header = JSON.parse(text);
  } catch {
    throw new SafetensorsError('the header is not JSON in UTF-8');
  }
  const twice = repeatedKey(text);
  if (twice !== null) throw new SafetensorsError(`the key ${twice.slice(0, 200)} occurs twice in the header`);
  return objectOf(header, 'the header');
}

/**
 * A key that occurs twice in one object of the (valid) JSON, as written. JSON.parse takes the last occurrence, another reader may take the
 * first: a file must not be ambiguous.
 */
function repeatedKey(json: string): string | null {
  const open: Set<string>[] = [];
  for (let i = 0; i < json.length; i++) {
    const char = json[i];
    if (char === '{' || char === '[') {
      if (open.length === MAX_DEPTH) throw new SafetensorsError('the header is nested too deep');
      open.push(new Set());
    } else if (char === '}' || char === ']') open.pop();
    else if (char === '"') {
      const start = i;
      for (i++; json[i] !== '"'; i++) if (json[i] === '\\') i++;
      // A string followed by a colon is a key.
      let next = i + 1;
      while (' \t\r\n'.includes(json[next] ?? '-')) next++;
      if (json[next] !== ':') continue;
      const key = JSON.parse(json.slice(start, i + 1)) as string;
      const keys = open.at(-1)!;
      if (keys.has(key)) return json.slice(start, i + 1);
      keys.add(key);
    }
  }
  return null;
}

function entryOf(name: string, value: unknown, available: number): TensorPlace {
  const entry = objectOf(value, `tensor ${name}`);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== 'string' || !Object.hasOwn(DTYPE_BYTES, dtype)) {
    throw new SafetensorsError(`tensor ${name}: unknown dtype ${JSON.stringify(dtype)}`);
  }
  if (!isCounts(shape)) throw new SafetensorsError(`tensor ${name}: the shape is not a list of sizes`);
  if (!isCounts(offsets) || offsets.length !== 2) {
    throw new SafetensorsError(`tensor ${name}: data_offsets is not [begin, end]`);
  }
  const [begin, end] = offsets as [number, number];
  if (begin > end || end > available) {
    throw new SafetensorsError(
      `tensor ${name}: range [${begin}, ${end}) outside the ${available} bytes of data`,
    );
  }
  const expected = byteLength(dtype as SafeDType, shape);
  if (end - begin !== expected) {
    throw new SafetensorsError(
      `tensor ${name}: ${expected} bytes by its shape, but ${end - begin} by its range`,
    );
  }
  return { dtype: dtype as SafeDType, shape, begin, end };
}

/** The ranges must cover the data completely, each byte exactly once. */
function checkRanges(ranges: [number, number, string][], available: number): void {
  ranges.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  let reached = 0;
  for (const [begin, end, name] of ranges) {
    if (begin < reached) throw new SafetensorsError(`tensor ${name} overlaps another`);
    if (begin > reached)
      throw new SafetensorsError(`a gap of ${begin - reached} bytes before tensor ${name}`);
    reached = end;
  }
  if (reached !== available) throw new SafetensorsError(`${available - reached} bytes belong to no tensor`);
}

function byteLength(dtype: SafeDType, shape: readonly number[]): number {
  const size = shape.reduce((product, n) => product * n, DTYPE_BYTES[dtype]);
  if (!Number.isSafeInteger(size)) throw new SafetensorsError(`a tensor of shape [${shape.join(', ')}]`);
  return size;
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}

function objectOf(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new SafetensorsError(`${what} is not an object`);
  }
  return value as Record<string, unknown>;
}
