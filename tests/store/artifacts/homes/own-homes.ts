// Temporary directories and a bucket that belong to the test file, as artifact homes.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { HomesOptions } from '#store/artifacts/homes/homes.ts';
import { sweepObjects } from '#store/artifacts/homes/objects.ts';
import { openDatabase } from '#store/database.ts';
import { quietLog } from '../../../support/log.ts';
import { type S3Server, startS3 } from '../../../support/s3.ts';

export const MIB = 2 ** 20;
export const KIB = 2 ** 10;
export const never = new AbortController().signal;

/** Started before the first test of the file that imports it. */
export let s3: S3Server;
const directories: string[] = [];
export async function newDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'epochd-home-'));
  directories.push(directory);
  return directory;
}
beforeAll(async () => {
  s3 = await startS3();
});
afterAll(async () => {
  await s3.stop();
  for (const directory of directories) await rm(directory, { recursive: true });
});

/** Runs at once the sweep that the store runs every few seconds. */
export async function sweepOf(url: string, homes: HomesOptions): Promise<number> {
  const database = await openDatabase({ url, log: quietLog, patienceMs: 1_000, homes });
  try {
    return await sweepObjects(database.transaction, database.homes.byUrl, quietLog, never);
  } finally {
    await database.close();
  }
}
