// An embedded Postgres in a directory of each test's own, in this process or in one that can be killed.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, vi } from 'vitest';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '#store/embedded-postgres/embedded-postgres.ts';
import { isAlive } from '#store/embedded-postgres/pid-file.ts';
import { quietLog } from '../../support/log.ts';
import { runSql } from '../../support/postgres.ts';

// Real servers are created and killed, sometimes several at once.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const HOLDER = join(import.meta.dirname, '../../support', 'embedded-holder.ts');

/** That of the current test; it and a `-copy` beside it are removed afterwards. */
export let dataDir = '';
const running: EmbeddedPostgres[] = [];
const children: ChildProcess[] = [];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'epochd-embedded-'));
});

afterEach(async () => {
  for (const postgres of running.splice(0)) await postgres.stop().catch(() => {});
  for (const child of children.splice(0)) child.kill('SIGKILL');
  // A server that a killed process of this test left running.
  for (const dir of [dataDir, `${dataDir}-copy`]) {
    const pid = await postmasterPid(dir);
    if (pid !== null && isAlive(pid)) {
      process.kill(pid, 'SIGQUIT');
      await expect.poll(() => isAlive(pid)).toBe(false);
    }
    await rm(dir, { recursive: true, force: true });
  }
});

/** Sets the directory for what the test starts from now on. */
export function useDataDir(dir: string): void {
  dataDir = dir;
}

export async function start(dir = dataDir): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres({ dataDir: dir, log: quietLog, settings: { fsync: 'off' } });
  running.push(postgres);
  return postgres;
}

export interface Held {
  child: ChildProcess;
  url?: string;
  adopted?: boolean;
  uid?: number;
  error?: string;
}

/** Starts another process on the same directory, as the user if one is given. */
export async function hold(...extra: string[]): Promise<Held> {
  const child = spawn(process.execPath, [HOLDER, dataDir, ...extra], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  const [line] = (await once(child.stdout!, 'data')) as [Buffer];
  return { child, ...(JSON.parse(line.toString()) as object) };
}

export async function kill9(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

export async function postmasterPid(dir = dataDir): Promise<number | null> {
  const file = join(dir, 'postgres', 'cluster', 'postmaster.pid');
  const text = await readFile(file, 'utf8').catch(() => null);
  return text === null ? null : Number(text.split('\n')[0]);
}

export const write = (url: string) => runSql(url, 'CREATE TABLE kept AS SELECT 42 AS n');
export const read = (url: string) =>
  runSql<{ n: number }>(url, 'SELECT n FROM kept').then((rows) => rows[0]?.n);
