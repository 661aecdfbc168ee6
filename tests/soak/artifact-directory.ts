// The artifact home as a directory, on a disk of its own if this user may mount one (a tmpfs), so that it can fill up. It can also
// disappear, like an unmounted share: a plain file takes its place, and reads and writes fail.

import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { ArtifactHome } from './artifact-home.ts';

const run = promisify(execFile);
/** Above what the models and checkpoints of a run of hours take. tmpfs uses only the memory that its files need. */
const DISK_MIB = 512;
const PIECE = Buffer.alloc(2 ** 18, 'x');

export async function openArtifactDirectory(): Promise<ArtifactHome> {
  const disk = await mkdtemp(path.join(tmpdir(), 'epochd-soak-artifacts-'));
  const hasDisk = await run('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MIB}m`, 'tmpfs', disk]).then(
    () => true,
    () => false,
  );
  const directory = path.join(disk, 'objects');
  const aside = path.join(disk, 'aside');
  const ballast = path.join(disk, 'ballast');
  await mkdir(directory);
  return {
    env: {
      ARTIFACTS_URL: pathToFileURL(directory).href,
      // No reserve, so that the disk itself runs out of space.
      DISK_RESERVE_MIB: '0',
    },
    async objects() {
      const entries = await readdir(directory, { recursive: true, withFileTypes: true });
      const files = entries.filter((entry) => entry.isFile());
      return new Map(files.map(({ name, parentPath }) => [name, path.join(parentPath, name)]));
    },
    async fill() {
      if (!hasDisk) throw new Error('this user may not mount a disk');
      const file = await open(ballast, 'w');
      try {
        for (;;) await file.writeFile(PIECE);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      } finally {
        await file.close();
      }
    },
    empty: () => rm(ballast, { force: true }),
    async takeAway() {
      await rename(directory, aside);
      await writeFile(directory, '');
    },
    async freeze() {
      throw new Error('a directory cannot be frozen');
    },
    async thaw() {},
    async bringBack() {
      await rm(directory, { force: true });
      await rename(aside, directory);
    },
    async remove() {
      if (hasDisk) await run('umount', ['-l', disk]);
      await rm(disk, { recursive: true, force: true });
    },
  };
}
