// postmaster.pid: what a running Postgres writes about itself to its data directory, and whether it can be trusted. A kill -9 or a power
// failure leaves the file behind, and its pid may belong to another process by now.

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { link, readFile, readlink, realpath, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { processExists } from '../process-exists.ts';

const run = promisify(execFile);

const NAME = 'postmaster.pid';

export interface Postmaster {
  pid: number;
  /** null until the server has bound its port. */
  port: number | null;
}

/** Also false for a zombie: many containers have a PID 1 that does not reap orphans. */
export function isAlive(pid: number): boolean {
  if (!processExists(pid)) return false;
  if (process.platform !== 'linux') return true;
  try {
    // Format: `pid (name) state …`. The name may contain anything, including parentheses.
    return !/^[ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, ''));
  } catch {
    return false;
  }
}

/** False only if the process certainly is not a postmaster of `dir`. */
async function mayServe(pid: number, dir: string): Promise<boolean> {
  if (process.platform === 'win32') return true;
  if (process.platform !== 'linux') {
    const { stdout } = await run('ps', ['-o', 'comm=', '-p', String(pid)]).catch(() => ({ stdout: '' }));
    return stdout.includes('postgres');
  }
  const comm = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
  if (!comm.startsWith('postgres')) return false;
  // A postmaster's working directory is its data directory; in a container, even root may not be allowed to read it.
  const standsIn = await readlink(`/proc/${pid}/cwd`).catch(() => null);
  return standsIn === null || standsIn === (await realpath(dir));
}

/** A pid file that blocks a start but belongs to no postmaster of `dir`. */
export interface Leftover {
  text: string;
}

/**
 * The postmaster running on `dir`, or a leftover pid file; null if Postgres can start. Postgres itself removes a file whose process is
 * gone.
 */
export async function findPostmaster(dir: string): Promise<Postmaster | Leftover | null> {
  const text = await readFile(join(dir, NAME), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return null;
  const [pidLine = '', , , portLine = ''] = text.split('\n');
  const pid = Math.abs(Number.parseInt(pidLine, 10));
  if (pid > 0 && !processExists(pid)) return null;
  if (!(pid > 0) || !isAlive(pid) || !(await mayServe(pid, dir))) return { text };
  const port = Number.parseInt(portLine, 10);
  return { pid, port: port > 0 ? port : null };
}

/** Deletes a leftover, unless the file has been replaced since it was read. */
export async function removeLeftover(dir: string, { text }: Leftover): Promise<void> {
  const file = join(dir, NAME);
  const aside = `${file}.${process.pid}`;
  try {
    await rename(file, aside);
    if ((await readFile(aside, 'utf8')) !== text) await link(aside, file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'EEXIST') throw error;
  } finally {
    await rm(aside, { force: true });
  }
}
