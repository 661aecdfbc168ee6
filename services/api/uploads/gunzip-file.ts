// Decompresses an uploaded gzip file next to itself.

import { createReadStream, createWriteStream } from 'node:fs';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { fileProblem } from '#training/data/formats/file-problem.ts';

export function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

/**
 * @returns the path of the decompressed file, which whoever owns the file's directory owns as well
 * @throws Problem if it is not valid gzip, is truncated, or decompresses to more than `maxBytes`
 */
export async function gunzipFile(file: string, maxBytes: number): Promise<string> {
  const plain = `${file}.unpacked`;
  let bytes = 0;
  const bounded = new Transform({
    transform(piece: Buffer, _, done) {
      bytes += piece.length;
      if (bytes <= maxBytes) done(null, piece);
      else done(fileProblem('too_big', `decompresses to more than ${maxBytes} bytes, the limit`));
    },
  });
  try {
    await pipeline(createReadStream(file), createGunzip(), bounded, createWriteStream(plain));
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    if (!code.startsWith('Z_')) throw error;
    throw fileProblem('malformed', `starts like gzip, but cannot be decompressed: ${message}`);
  }
  return plain;
}
