// Decompressors for the columns of Parquet and Arrow files, from Node's zlib and our LZ4.

import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { lz4Block, lz4Frame } from './lz4.ts';

/** Limit on one unpacked piece of a column: a few bytes may claim any size. */
const MOST = 512 * 2 ** 20;

type Unpack = (bytes: Uint8Array, length: number) => Uint8Array;

const within =
  (unpack: Unpack): Unpack =>
  (bytes, length) => {
    if (!(length >= 0 && length <= MOST)) throw new Error(`a piece of ${length} bytes, the limit is ${MOST}`);
    return unpack(bytes, length);
  };
const limited = (length: number) => ({ maxOutputLength: Math.max(1, length) });

export const gzip = within((bytes, length) => gunzipSync(bytes, limited(length)));
export const brotli = within((bytes, length) => brotliDecompressSync(bytes, limited(length)));
export const zstd = within((bytes, length) => zstdDecompressSync(bytes, limited(length)));
export const lz4 = within(lz4Frame);
export const lz4Raw = within(lz4Block);
/** @param into fills an output buffer of the declared length */
export const by = (into: (bytes: Uint8Array, out: Uint8Array) => unknown): Unpack =>
  within((bytes, length) => {
    const out = new Uint8Array(length);
    into(bytes, out);
    return out;
  });
