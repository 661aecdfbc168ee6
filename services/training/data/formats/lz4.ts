// Decompresses LZ4 as Arrow and Parquet files use it: frames (the LZ4 Frame Format, without checksums) and bare blocks.

const MAGIC = 0x184d2204;
const BAD = 'the LZ4 data is corrupt';

/** @param length size of the output @throws Error if the bytes are not a frame */
export function lz4Frame(bytes: Uint8Array, length: number): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 7 || view.getUint32(0, true) !== MAGIC) throw new Error(BAD);
  const flags = bytes[4]!;
  // Magic, flags, block size; content size and dictionary ID if the flags say so; header checksum.
  let at = 6 + (flags & 0x08 ? 8 : 0) + (flags & 0x01 ? 4 : 0) + 1;
  const out = new Uint8Array(length);
  let filled = 0;
  while (at + 4 <= bytes.length) {
    const head = view.getUint32(at, true);
    at += 4;
    if (head === 0) break;
    const size = head & 0x7fffffff;
    const block = bytes.subarray(at, at + size);
    if (head >>> 31 === 1) {
      if (filled + size > length) throw new Error(BAD);
      out.set(block, filled);
      filled += size;
    } else filled = decodeBlock(block, out, filled);
    at += size + (flags & 0x10 ? 4 : 0);
  }
  if (filled !== length) throw new Error(BAD);
  return out;
}

/** A bare block, without a frame. */
export function lz4Block(bytes: Uint8Array, length: number): Uint8Array {
  const out = new Uint8Array(length);
  if (decodeBlock(bytes, out, 0) !== length) throw new Error(BAD);
  return out;
}

/** Literals and matches (copies of earlier output) alternate. @returns the end of the output */
function decodeBlock(bytes: Uint8Array, out: Uint8Array, start: number): number {
  let [at, to] = [0, start];
  const more = (nibble: number) => {
    let length = nibble;
    if (nibble === 15) {
      for (let byte = 255; byte === 255; length += byte) byte = bytes[at++] ?? 0;
    }
    return length;
  };
  while (at < bytes.length) {
    const token = bytes[at++]!;
    const literals = more(token >> 4);
    if (at + literals > bytes.length || to + literals > out.length) throw new Error(BAD);
    out.set(bytes.subarray(at, at + literals), to);
    at += literals;
    to += literals;
    if (at >= bytes.length) break;
    const offset = bytes[at]! | (bytes[at + 1]! << 8);
    at += 2;
    const length = more(token & 15) + 4;
    const from = to - offset;
    if (offset === 0 || from < 0 || to + length > out.length) throw new Error(BAD);
    // Byte by byte: a match may overlap its own output.
    for (let i = 0; i < length; i++) out[to + i] = out[from + i]!;
    to += length;
  }
  return to;
}
