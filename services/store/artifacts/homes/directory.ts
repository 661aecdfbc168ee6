// A directory as a home. An object is written to a temporary file, fsynced and renamed, so that even after a power failure it exists
// completely or not at all.

import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Problem } from '#contracts/errors.ts';
import { type Home, HomeAway, NoObject } from './home.ts';

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code;

/** The disk or share is failing, read-only or missing: an administrator can fix that. */
const AWAY = [
  'EIO',
  'ESTALE',
  'ETIMEDOUT',
  'EHOSTDOWN',
  'ENOTCONN',
  'EROFS',
  'EACCES',
  'EPERM',
  'ENOTDIR',
  'EEXIST',
];
const FULL = ['ENOSPC', 'EDQUOT'];

async function flushDirectory(directory: string): Promise<void> {
  await using handle = await open(directory, 'r');
  await handle.sync();
}

/** @param url `file:///absolute/path` */
export function openDirectory(url: string): Home {
  const root = fileURLToPath(url);
  // The last characters of an id are random, so no single folder grows large.
  const folderOf = (id: string) => path.join(root, id.slice(-2));
  const fileOf = (id: string) => path.join(folderOf(id), id);
  const partialOf = (id: string) => `${fileOf(id)}.partial`;
  const asAway = (error: unknown, doing: string) => {
    const code = codeOf(error) ?? '';
    return AWAY.includes(code) ? new HomeAway(url, `it cannot be ${doing} (${code})`, error) : error;
  };

  return {
    url,

    async write(id, pieces) {
      try {
        await mkdir(folderOf(id), { recursive: true, mode: 0o700 });
        const file = await open(partialOf(id), 'w', 0o600);
        try {
          for await (const piece of pieces) await file.writeFile(piece);
          await file.sync();
        } finally {
          await file.close();
        }
        await rename(partialOf(id), fileOf(id));
        await flushDirectory(folderOf(id));
        await flushDirectory(root);
      } catch (error) {
        await rm(partialOf(id), { force: true }).catch(() => {});
        if (!FULL.includes(codeOf(error) ?? '')) throw asAway(error, 'written');
        throw new Problem('insufficient_storage', `the disk of ${url} is full: nothing was stored`);
      }
    },

    async read(id, from, to) {
      try {
        await using file = await open(fileOf(id));
        const piece = Buffer.allocUnsafe(to - from);
        for (let at = 0; at < piece.length; ) {
          const { bytesRead } = await file.read(piece, at, piece.length - at, from + at);
          if (bytesRead === 0) throw new Error(`${fileOf(id)} ends before byte ${to}`);
          at += bytesRead;
        }
        return piece;
      } catch (error) {
        if (codeOf(error) !== 'ENOENT') throw asAway(error, 'read');
        await stat(root).catch((gone: unknown) => {
          throw new HomeAway(url, 'the directory does not exist', gone);
        });
        throw new NoObject(url, id);
      }
    },

    async delete(id) {
      await rm(partialOf(id), { force: true });
      await rm(fileOf(id), { force: true });
    },

    async check() {
      // A fixed name: the next check cleans up after a process killed in between.
      const probe = path.join(root, '.probe');
      try {
        await mkdir(root, { recursive: true, mode: 0o700 });
        await using _file = await open(probe, 'w', 0o600);
        await rm(probe, { force: true });
      } catch (error) {
        // A full disk can still be read and freed.
        if (!FULL.includes(codeOf(error) ?? '')) throw asAway(error, 'written');
      }
    },
  };
}
