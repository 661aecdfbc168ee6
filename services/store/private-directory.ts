// Directories of ours in places that everybody may write to. A process's private directory is for what need not survive it:
// its name says whose it is, so that what a killed process left behind is removed by the next one.

import { lstat, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { processExists } from './process-exists.ts';

/**
 * Sweeps up what is left of processes that are gone, then makes the directory (mode 0700).
 * @param prefix of the names of its kind
 * @returns its path in `parent`
 */
export async function makePrivateDirectory(parent: string, prefix: string): Promise<string> {
  await sweep(parent, prefix);
  return mkdtemp(path.join(parent, `${prefix}${process.pid}-`));
}

async function sweep(parent: string, prefix: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const pid = new RegExp(`^${prefix}(\\d+)-`).exec(name)?.[1];
    if (pid === undefined || processExists(Number(pid))) continue;
    const dir = path.join(parent, name);
    const owner = await stat(dir).catch(() => null);
    if (owner !== null && owner.uid === process.getuid?.()) await rm(dir, { recursive: true, force: true });
  }
}

/** A directory that we made, and that nobody else can change. */
export async function isOurs(dir: string): Promise<boolean> {
  const found = await lstat(dir).catch(() => null);
  return found?.isDirectory() === true && found.uid === process.geteuid?.() && (found.mode & 0o022) === 0;
}
