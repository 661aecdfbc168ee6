// The files of a zip or tar(.gz), listed first and then read one at a time. Nothing is ever written under a name from the archive, and no
// entry is unpacked beyond its declared size or the limit.

import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { constants, crc32, createGunzip, gunzipSync } from 'node:zlib';
import tar from 'tar-stream';
import yauzl from 'yauzl';
import { Problem } from '#contracts/errors.ts';
import { fileProblem } from '../data/formats/file-problem.ts';

export interface Entry {
  readonly path: string;
  read(): Promise<Buffer>;
}

export interface Entries extends AsyncDisposable {
  readonly list: readonly Entry[];
}

const MOST_ENTRIES = 500_000;
const MOST_ENTRY_BYTES = 64 * 2 ** 20;
/** Gzipped bytes unpacked to recognize a tar. Deflate compresses at most 1032 to 1, so they become at most about 4 MiB. */
const TAR_HEAD_BYTES = 4_096;

const isGzip = (head: Uint8Array) => head[0] === 0x1f && head[1] === 0x8b;

/** Whether a file is a tar, possibly gzipped, judged by its first bytes. */
export function isTar(head: Uint8Array): boolean {
  let plain = head;
  if (isGzip(head)) {
    try {
      plain = gunzipSync(head.subarray(0, TAR_HEAD_BYTES), { finishFlush: constants.Z_SYNC_FLUSH });
    } catch {
      return false;
    }
  }
  return Buffer.from(plain.subarray(257, 262)).toString('latin1') === 'ustar';
}

/** Normalizes Windows separators and a leading "./". */
const slashed = (path: string) => path.replaceAll('\\', '/').replace(/^(\.\/)+/, '');

const leadsOut = (path: string) => fileProblem('bad_name', `"${shown(path)}" points outside the archive`);

class Budget {
  readonly #paths = new Set<string>();
  #left: number;
  #entries = 0;
  readonly #limit: number;

  constructor(limit: number) {
    this.#left = limit;
    this.#limit = limit;
  }

  take(path: string, bytes: number): void {
    if (++this.#entries > MOST_ENTRIES)
      throw fileProblem('too_big', `more than ${MOST_ENTRIES} files in the archive`);
    if (/^([a-z]:|\/)/i.test(path) || path.split('/').includes('..')) throw leadsOut(path);
    if (this.#paths.has(path)) throw fileProblem('duplicate', `"${shown(path)}" occurs twice in the archive`);
    this.#paths.add(path);
    if (bytes > MOST_ENTRY_BYTES) {
      const message = `"${shown(path)}" has ${bytes} bytes, the limit for one file of an archive is ${MOST_ENTRY_BYTES}`;
      throw fileProblem('too_big', message);
    }
    this.#left -= bytes;
    if (this.#left < 0)
      throw fileProblem('too_big', `the archive decompresses to more than ${this.#limit} bytes, the limit`);
  }
}

export const shown = (path: string) => path.slice(0, 200);

/** @param maxBytes limit on the total unpacked size of all files. @throws Problem */
export async function openZip(path: string, maxBytes: number): Promise<Entries> {
  const open_ = promisify<string, yauzl.Options, yauzl.ZipFile>(yauzl.open);
  let zip: yauzl.ZipFile;
  try {
    zip = await open_(path, { autoClose: false, lazyEntries: true, strictFileNames: false });
  } catch (error) {
    throw malformed(error);
  }
  const read = promisify<yauzl.Entry, Readable>(zip.openReadStream.bind(zip));
  const budget = new Budget(maxBytes);
  const list: Entry[] = [];
  const close = { list, [Symbol.asyncDispose]: async () => zip.close() };
  try {
    await new Promise<void>((resolve, reject) => {
      zip.on('error', reject);
      zip.on('end', resolve);
      zip.on('entry', (entry: yauzl.Entry) => {
        try {
          if (!entry.fileName.endsWith('/')) {
            budget.take(entry.fileName, entry.uncompressedSize);
            if (entry.isEncrypted()) throw fileProblem('encrypted', 'the archive is encrypted');
            list.push({
              path: entry.fileName,
              async read() {
                const bytes = await buffer(await read(entry));
                if (crc32(bytes) !== entry.crc32) throw new Error('it is corrupt (CRC-32)');
                return bytes;
              },
            });
          }
          zip.readEntry();
        } catch (error) {
          reject(error);
        }
      });
      zip.readEntry();
    });
  } catch (error) {
    zip.close();
    throw malformed(error, list);
  }
  return close;
}

/** A tar has no index, so its files are unpacked one after the other into a single scratch file and read from there. */
export async function openTar(path: string, maxBytes: number): Promise<Entries> {
  const head = createReadStream(path, { end: 1 });
  const packed = isGzip(await buffer(head));
  const beside = await open(`${path}.entries`, 'w+');
  const budget = new Budget(maxBytes);
  const list: Entry[] = [];
  let at = 0;
  try {
    const extract = tar.extract();
    const unpacked = packed
      ? pipeline(createReadStream(path), createGunzip(), extract)
      : pipeline(createReadStream(path), extract);
    const reading = (async () => {
      for await (const entry of extract) {
        const { type, size = 0 } = entry.header;
        const name = slashed(entry.header.name);
        if (type === 'file') {
          budget.take(name, size);
          const from = at;
          for await (const piece of entry) {
            await beside.write(piece as Buffer, 0, (piece as Buffer).length, at);
            at += (piece as Buffer).length;
          }
          const length = at - from;
          list.push({
            path: name,
            async read() {
              const bytes = Buffer.alloc(length);
              if (length > 0) await beside.read(bytes, 0, length, from);
              return bytes;
            },
          });
        } else entry.resume();
      }
    })();
    const [first, second] = await Promise.allSettled([reading, unpacked]);
    for (const outcome of [first, second]) if (outcome.status === 'rejected') throw outcome.reason;
  } catch (error) {
    await beside.close();
    throw malformed(error);
  }
  return { list, [Symbol.asyncDispose]: async () => beside.close() };
}

/** @param before entries listed before the malformed one */
function malformed(error: unknown, before: readonly Entry[] = []): unknown {
  if (error instanceof Problem) return error;
  const told = error instanceof Error ? error.message : String(error);
  // yauzl's messages about entry names.
  const [, path] = /^(?:absolute path|invalid relative path): (.*)$/s.exec(told) ?? [];
  if (path !== undefined) return leadsOut(path);
  const last = before.at(-1);
  const why = last === undefined ? told : `${told} (in the file after "${shown(last.path)}")`;
  return fileProblem('malformed', `the file is not a well-formed archive: ${why}`);
}
