// Runs once before all tests: starts the Postgres they share, and looks for a redis-server.

import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { openDatabase } from '#store/database.ts';
import { startEmbeddedPostgres } from '#store/embedded-postgres/embedded-postgres.ts';
import { isAlive } from '#store/embedded-postgres/pid-file.ts';
import { prepareQueue } from '#store/queue/queue-postgres.ts';
import { findGpu } from './find-gpu.ts';
import { quietLog } from './log.ts';
import { runSql, TEMPLATE, withDatabase } from './postgres.ts';
import { findRedisServer } from './redis.ts';

const PREFIX = 'epochd-tests-';
const REAL_DATA = '../shared/data';

/** Test data does not have to survive a power failure. */
const FAST = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '300',
};

/** Removes the directories of killed runs, and stops the Postgres servers in them. */
async function sweep(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    const directory = join(tmpdir(), name);
    const file = join(directory, 'postgres', 'cluster', 'postmaster.pid');
    const postmaster = Number((await readFile(file, 'utf8').catch(() => '')).split('\n')[0]);
    const comm = await readFile(`/proc/${postmaster}/comm`, 'utf8').catch(() => '');
    if (postmaster > 0 && comm.startsWith('postgres')) process.kill(postmaster, 'SIGQUIT');
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // Tests start hundreds of processes; with the compile cache, loading our code takes half the time.
  process.env.NODE_COMPILE_CACHE ??= join(tmpdir(), `epochd-compiled-${userInfo().uid}`);
  await findGpu();
  const hasRedis = await findRedisServer();
  if (!hasRedis) {
    const message = 'no redis-server in PATH: the tests of the queue on Redis';
    if (process.env.REQUIRE_REDIS === '1') throw new Error(`${message} cannot run, and REQUIRE_REDIS=1`);
    console.warn(`SKIP  ${message} are skipped (REQUIRE_REDIS=1 makes this a failure)`);
  }

  if (process.geteuid?.() !== 0) {
    console.warn('SKIP  not root: the tests of how Postgres runs for root are skipped');
  }

  if (!existsSync(REAL_DATA))
    console.warn(`SKIP  no ${REAL_DATA}: the tests on tables of the world are skipped`);

  if (process.env.SLOW !== '1')
    console.warn('SKIP  the slow tests (*.slow.test.ts) run by name: npm run test:slow');

  await sweep();
  const dataDir = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`));
  const postgres = await startEmbeddedPostgres({ dataDir, log: quietLog, settings: FAST });
  await runSql(postgres.url, `CREATE DATABASE ${TEMPLATE}`);
  const template = await openDatabase({
    url: withDatabase(postgres.url, TEMPLATE),
    log: quietLog,
    patienceMs: 10_000,
    prepare: prepareQueue,
  });
  await template.close();

  project.provide('postgresUrl', postgres.url);
  project.provide('hasRedis', hasRedis);
  return async () => {
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
}
