// Archives of images for tests: a zip of stored entries, or a tar by tar-stream; and PNGs by pngjs, which is not the decoder under test.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { PNG } from 'pngjs';
import tar from 'tar-stream';
import { Problem } from '#contracts/errors.ts';
import type { ReadTable } from '#training/data/table.ts';
import type { UploadChoice } from '../../../services/api/uploads/image-files.ts';
import { readFiles } from '../../../services/api/uploads/read-files.ts';

export type Named = Readonly<Record<string, Uint8Array | string>>;

export { zip } from '../../../examples/data/zip.ts';

export async function tarred(files: Named, packed = false): Promise<Buffer> {
  const pack = tar.pack();
  for (const [name, content] of Object.entries(files)) pack.entry({ name }, Buffer.from(content));
  pack.finalize();
  const bytes = await buffer(pack);
  return packed ? gzipSync(bytes) : bytes;
}

/** Encodes pixels [height][width] as gray, or [height][width][3] as RGB. */
export function png(
  width: number,
  height: number,
  pixel: (x: number, y: number) => number | number[],
): Buffer {
  const image = new PNG({ width, height });
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const value = pixel(x, y);
      const [r, g, b, a = 255] = (typeof value === 'number' ? [value, value, value] : value) as number[];
      image.data.set([r!, g!, b!, a], 4 * (y * width + x));
    }
  }
  const colorType = typeof pixel(0, 0) === 'number' ? 0 : (pixel(0, 0) as number[]).length === 4 ? 6 : 2;
  return PNG.sync.write(image, { colorType });
}

export async function read(
  archive: Uint8Array,
  choice: UploadChoice = {},
  maxBytes = 2 ** 26,
): Promise<ReadTable> {
  const dir = await mkdtemp(path.join(tmpdir(), 'epochd-images-'));
  try {
    const file = path.join(dir, 'file');
    await writeFile(file, archive);
    return await readFiles(new Map([['file', { path: file }]]), choice, maxBytes);
  } finally {
    await rm(dir, { recursive: true });
  }
}

/** The error messages. */
export async function refused(
  archive: Uint8Array,
  choice: UploadChoice = {},
  maxBytes?: number,
): Promise<string[]> {
  try {
    await read(archive, choice, maxBytes);
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'invalid_dataset') throw error;
    return error.details.map(({ message }) => message);
  }
  throw new Error('was not refused');
}
