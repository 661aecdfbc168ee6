// Private directories in world-writable places such as /tmp. A process's private directory holds what need not outlive it; its name
// contains the pid, so that the next process removes what a killed one left behind. A pid is meaningful only within its own PID namespace,
// so a directory made by another container or machine is judged by its age, and live processes refresh the timestamp of theirs.

import { createHash } from 'node:crypto';
import { lstat, mkdtemp, readdir, readFile, readlink, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { processExists } from './process-exists.ts';

/**
 * Removes directories left behind by dead processes, then creates a new one (mode 0700).
 * @param prefix of the names of its kind
 * @returns its path in `parent`
 */
export async function makePrivateDirectory(parent: string, prefix: string): Promise<string> {
  await sweep(parent, prefix);
  const dir = await mkdtemp(path.join(parent, `${prefix}${process.pid}-${await place()}-`));
  const young = setInterval(() => {
    const now = new Date();
    utimes(dir, now, now).catch(() => clearInterval(young)); // the directory has been removed
  }, YOUNG_MS).unref();
  return dir;
}

const YOUNG_MS = 3_600_000;
const OLD_MS = 48 * YOUNG_MS;

/** Identifies the scope in which a pid is meaningful: this machine, boot and PID namespace. */
async function place(): Promise<string> {
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
  const numbers = await readlink('/proc/self/ns/pid').catch(() => '');
  return createHash('sha256').update(`${hostname()} ${boot} ${numbers}`).digest('hex').slice(0, 8);
}

async function sweep(parent: string, prefix: string): Promise<void> {
  const here = await place();
  for (const name of await readdir(parent)) {
    const [, pid, where] = new RegExp(`^${prefix}(\\d+)-(?:([0-9a-f]{8})-)?`).exec(name) ?? [];
    if (pid === undefined) continue;
    const dir = path.join(parent, name);
    const owner = await stat(dir).catch(() => null);
    if (owner === null || owner.uid !== process.getuid?.()) continue;
    const gone = where === here ? !processExists(Number(pid)) : Date.now() - owner.mtimeMs > OLD_MS;
    if (gone) await rm(dir, { recursive: true, force: true });
  }
}

/** True for a directory that we own and no other user can write to. */
export async function isOurs(dir: string): Promise<boolean> {
  const found = await lstat(dir).catch(() => null);
  return found?.isDirectory() === true && found.uid === process.geteuid?.() && (found.mode & 0o022) === 0;
}
