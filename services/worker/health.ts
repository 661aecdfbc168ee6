// Container health check: exits 0 if a worker on this machine has recently compared queue and rows.

import { readdir, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { HEARTBEAT, PREFIX } from './spool.ts';

const STALE_MS = 30_000;

/** When a worker last wrote its heartbeat; null if none ever did. */
export async function lastHeartbeat(parent = tmpdir()): Promise<Date | null> {
  let last: Date | null = null;
  for (const name of await readdir(parent)) {
    if (!name.startsWith(PREFIX)) continue;
    const beat = await stat(path.join(parent, name, HEARTBEAT)).catch(() => null);
    if (beat !== null && (last === null || beat.mtime > last)) last = beat.mtime;
  }
  return last;
}

if (import.meta.main) {
  const last = await lastHeartbeat();
  process.exit(last !== null && Date.now() - last.getTime() < STALE_MS ? 0 : 1);
}
