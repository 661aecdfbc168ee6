// Keeps the embedded Postgres from filling its disk: checks the free space before bytes are stored, and refuses what would cut into the
// reserve. A database that cannot write its WAL stops; one that refuses an upload keeps running.

import { statfs } from 'node:fs/promises';
import { Problem } from '#contracts/errors.ts';

export interface DiskOptions {
  /** Where the database keeps its data. */
  directory: string;
  /** Free space to preserve. */
  reserveBytes: number;
  /** Names the disk's owner in error messages; the database if omitted. */
  what?: string;
}

export interface DiskGuard {
  /** @throws Problem `insufficient_storage` if `adding` more bytes would leave less than the reserve */
  check(adding: number): Promise<void>;
}

async function freeBytesOf(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
}

const mib = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MiB`;

/** @param options null if the database is external: its disk is not ours to watch */
export function openDiskGuard(options: DiskOptions | null, freeBytes = freeBytesOf): DiskGuard {
  if (options === null) return { async check() {} };
  const { directory, reserveBytes, what = 'the database' } = options;
  return {
    async check(adding) {
      const free = await freeBytes(directory);
      if (free - adding >= reserveBytes) return;
      const asked = adding === 0 ? '' : `, and ${mib(adding)} more would be stored`;
      throw new Problem(
        'insufficient_storage',
        `the disk of ${what} has ${mib(free)} free, of which ${mib(reserveBytes)} are reserved (DISK_RESERVE_MIB)${asked}: nothing was stored; delete jobs or datasets first`,
      );
    },
  };
}
