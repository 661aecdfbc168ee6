// Packs a folder of images as a tar in the temporary directory, file by file, so that memory holds one at a time. Files that the service
// would ignore are left out. The same files give the same bytes.

import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import tar from 'tar-stream';
import { CliError } from './exit-codes.ts';

const IMAGE = /\.(png|jpe?g|jfif|webp|gif|tiff?)$/i;
/** Tables that may label the images. */
const LABELS = /\.(csv|tsv|jsonl|ndjson|json)$/i;

export interface Packed extends AsyncDisposable {
  readonly path: string;
  readonly images: number;
}

export async function isFolder(file: string): Promise<boolean> {
  return stat(file).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** Sorted relative paths, with `/`. Skips hidden entries; follows symlinks to files only. */
async function filesOf(folder: string): Promise<string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths: string[] = [];
  for (const entry of found) {
    if (!IMAGE.test(entry.name) && !LABELS.test(entry.name)) continue;
    const whole = path.join(entry.parentPath, entry.name);
    const own = path.relative(folder, whole).split(path.sep);
    if (own.some((part) => part.startsWith('.') || part === '__MACOSX')) continue;
    if (entry.isFile() || (entry.isSymbolicLink() && (await stat(whole)).isFile())) paths.push(own.join('/'));
  }
  return paths.sort();
}

/** @param onProgress called with the number of files packed and the total. @throws CliError if the folder contains no images */
export async function packFolder(
  folder: string,
  onProgress: (done: number, total: number) => void,
): Promise<Packed> {
  const files = await filesOf(folder);
  const images = files.filter((file) => IMAGE.test(file)).length;
  if (images === 0) {
    throw new CliError(
      `${folder} contains no images (PNG, JPEG, WebP, GIF or TIFF) in folders that are named for their classes, as in cat/1.png`,
    );
  }
  const dir = await mkdtemp(path.join(tmpdir(), 'epochd-pack-'));
  const packed = path.join(dir, 'images.tar');
  const remove = () => rm(dir, { recursive: true, force: true });
  try {
    const pack = tar.pack();
    const written = pipeline(pack, createWriteStream(packed));
    const all = (async () => {
      for (const [i, name] of files.entries()) {
        const whole = path.join(folder, ...name.split('/'));
        const { size } = await stat(whole);
        await pipeline(createReadStream(whole), pack.entry({ name, size, mtime: new Date(0) }));
        onProgress(i + 1, files.length);
      }
      pack.finalize();
    })().catch((error: unknown) => {
      pack.destroy(error as Error);
      throw error;
    });
    await Promise.all([all, written]);
  } catch (error) {
    await remove();
    throw new CliError(`${folder} cannot be packed: ${(error as Error).message}`);
  }
  return { path: packed, images, [Symbol.asyncDispose]: remove };
}
