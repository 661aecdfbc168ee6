// postmaster.pid: what a running Postgres says of itself in its data directory, and whether to believe it. A kill -9
// or a power cut leaves the file behind, and its pid may be another process's by now.

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile, readlink, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Postmaster {
  pid: number;
  /** null until the server has bound its port. */
  port: number | null;
}

/** False for a zombie, too: a process 1 that does not reap (many a container's) leaves one of every orphan. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  if (process.platform !== 'linux') return true;
  try {
    // pid (name) state …, where the name may hold anything, parentheses included.
    return !/^[ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, ''));
  } catch {
    return false;
  }
}

/** False only where the process surely is no postmaster of `dir`. */
async function mayServe(pid: number, dir: string): Promise<boolean> {
  if (process.platform === 'win32') return true;
  if (process.platform !== 'linux') {
    const { stdout } = await run('ps', ['-o', 'comm=', '-p', String(pid)]).catch(() => ({ stdout: '' }));
    return stdout.includes('postgres');
  }
  const comm = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
  if (!comm.startsWith('postgres')) return false;
  // A postmaster stands in its data directory; a container's root may not be allowed to look.
  const standsIn = await readlink(`/proc/${pid}/cwd`).catch(() => null);
  return standsIn === null || standsIn === (await realpath(dir));
}

/** The postmaster that runs on `dir`; 'stale' where the file tells of one that does not; null without a file. */
export async function findPostmaster(dir: string): Promise<Postmaster | 'stale' | null> {
  const text = await readFile(join(dir, 'postmaster.pid'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return null;
  const [pidLine = '', , , portLine = ''] = text.split('\n');
  const pid = Math.abs(Number.parseInt(pidLine, 10));
  if (!(pid > 0) || !isAlive(pid) || !(await mayServe(pid, dir))) return 'stale';
  const port = Number.parseInt(portLine, 10);
  return { pid, port: port > 0 ? port : null };
}
