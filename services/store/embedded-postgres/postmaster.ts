// Starts and stops the server. It runs in its own session, so that Ctrl-C in the terminal reaches only us; we stop the server after its
// clients.

import { execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { lchown, open, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { ListeningClient } from '../pool.ts';
import { type Binaries, SPAWN_OPTIONS } from './binaries.ts';
import { type Cluster, SUPERUSER } from './cluster.ts';
import type { Operator } from './operator.ts';
import { findPostmaster, isAlive } from './pid-file.ts';

const run = promisify(execFile);

export interface Server {
  binaries: Binaries;
  cluster: Cluster;
  operator: Operator | null;
  /** For postgresql.conf; overrides ours. */
  settings: Record<string, string>;
}

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  // No Unix socket: its path length is limited, and its directory needs permissions.
  unix_socket_directories: '',
  // /dev/shm is tiny in many containers.
  dynamic_shared_memory_type: 'mmap',
};

export function urlOf(cluster: Cluster, port: number): string {
  return `postgres://${SUPERUSER}:${cluster.password}@127.0.0.1:${port}/postgres`;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Runs a real query: a server may accept connections before it can serve them. */
async function answers(url: string): Promise<boolean> {
  const client = new ListeningClient({ connectionString: url, connectionTimeoutMillis: 5000 });
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

/** Proves that the server at `url` serves this directory and not one that ours was copied from. */
export async function serves(url: string, { cluster, operator }: Server): Promise<boolean> {
  const nonce = `epochd-${randomUUID()}`;
  const file = join(cluster.dir, nonce);
  const client = new ListeningClient({ connectionString: url });
  try {
    await writeFile(file, nonce, { flag: 'wx', mode: 0o600 });
    if (operator !== null) await lchown(file, operator.uid, operator.gid);
    await client.connect();
    const { rows } = await client.query<{ text: string | null }>('SELECT pg_read_file($1, true) AS text', [
      nonce,
    ]);
    return rows[0]?.text === nonce;
  } finally {
    await rm(file, { force: true });
    await client.end().catch(() => {});
  }
}

/** Waits until `url` answers. False if `gone()` becomes true first, or after one minute. */
export async function waitForAnswer(url: string, gone: () => boolean | Promise<boolean>): Promise<boolean> {
  // A server that was killed replays its WAL first, which may take a while.
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    if (await answers(url)) return true;
    if (await gone()) return false;
    await sleep(15);
  }
  return false;
}

/** Starts a server on a free port and returns its URL; null if it did not come up. */
export async function startServer({ binaries, cluster, operator, settings }: Server): Promise<string | null> {
  const port = await freePort();
  const log = await open(cluster.log, 'w', 0o600);
  const flags = Object.entries({ ...SETTINGS, ...settings }).flatMap(([k, v]) => ['-c', `${k}=${v}`]);
  try {
    const child = spawn(binaries.postgres, ['-D', cluster.dirArgument, '-p', String(port), ...flags], {
      cwd: cluster.dir,
      ...SPAWN_OPTIONS,
      stdio: ['ignore', log.fd, log.fd],
      detached: true,
      windowsHide: true,
      ...operator,
    });
    let exited = false;
    child.once('error', () => {
      exited = true;
    });
    child.once('exit', () => {
      exited = true;
    });
    child.unref();
    const url = urlOf(cluster, port);
    return (await waitForAnswer(url, () => exited)) ? url : null;
  } finally {
    await log.close();
  }
}

/** Closes the connections, flushes everything and waits for the server to exit; after 4 s, forces it. */
export async function stopServer({ binaries, cluster, operator }: Server): Promise<void> {
  const stop = (mode: string) =>
    run(binaries.pgCtl, ['stop', '-D', cluster.dirArgument, '-m', mode, '-w', '-t', '4'], {
      cwd: cluster.dir,
      ...SPAWN_OPTIONS,
      ...operator,
    });
  const postmaster = await findPostmaster(cluster.dir);
  // `immediate` loses nothing either: the next start replays the WAL.
  await stop('fast').catch(() => stop('immediate'));
  // pg_ctl waits for the pid file to disappear, which is the server's second-to-last step.
  for (let i = 0; i < 100 && postmaster !== null && 'pid' in postmaster && isAlive(postmaster.pid); i++) {
    await sleep(10);
  }
}

/** The end of the server's log, for error messages. */
export async function lastWords(cluster: Cluster): Promise<string> {
  const log = await readFile(cluster.log, 'utf8').catch(() => '');
  return log.trim().split('\n').slice(-8).join('\n');
}
