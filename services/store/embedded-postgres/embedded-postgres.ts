// The embedded Postgres: real binaries from npm, a cluster in the data directory, a free port of 127.0.0.1, a random password. If our
// process is killed, the server keeps running, and the next start adopts it.

import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StoreLog } from '../interface.ts';
import { findBinaries } from './binaries.ts';
import { clusterDir, openCluster } from './cluster.ts';
import { chooseOperator } from './operator.ts';
import { takeOwnership } from './ownership.ts';
import { findPostmaster, removeLeftover } from './pid-file.ts';
import {
  lastWords,
  type Server,
  serves,
  startServer,
  stopServer,
  urlOf,
  waitForAnswer,
} from './postmaster.ts';

export interface EmbeddedPostgres {
  /** For `openStore`. */
  url: string;
  /** True if the server was already running, orphaned by an epochd that was killed. */
  adopted: boolean;
  /** Stops the server and waits for it to exit. Close all connections first. */
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  dataDir: string;
  log: StoreLog;
  /** Settings for postgresql.conf; tests trade durability for speed here. */
  settings?: Record<string, string>;
}

/** Allows for the moment between the pid file's creation and its first write, when it is empty. */
const WRITING_MS = 1000;

/** The server already running on the cluster, or null. Waits for one that is starting or stopping. */
async function adopt(server: Server): Promise<string | null> {
  const { dir } = server.cluster;
  const begun = Date.now();
  while (Date.now() < begun + 60_000) {
    const found = await findPostmaster(dir);
    if (found === null) return null;
    if ('text' in found) {
      if (found.text !== '' || Date.now() > begun + WRITING_MS) await removeLeftover(dir, found);
    } else if (found.port !== null) {
      const { pid, port } = found;
      const isGone = async () => {
        const now = await findPostmaster(dir);
        return now === null || 'text' in now || now.pid !== pid;
      };
      const url = urlOf(server.cluster, port);
      if (await waitForAnswer(url, isGone)) {
        if (await serves(url, server)) return url;
        await removeLeftover(dir, { text: await readFile(join(dir, 'postmaster.pid'), 'utf8') });
      } else if (!(await isGone())) {
        throw new Error(`A Postgres (pid ${pid}) is running on ${dir} but does not respond: stop it first`);
      }
    }
    await sleep(20);
  }
  return null;
}

/** Starts (or adopts) the server of the cluster in `dataDir`, creating the cluster if missing. Throws if another epochd owns it. */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const dataDir = resolve(options.dataDir);
  const operator = await chooseOperator(clusterDir(dataDir));
  const binaries = await findBinaries(operator);
  const { settings = {} } = options;
  const cluster = await openCluster(dataDir, binaries, operator, settings.fsync !== 'off');
  const server: Server = { binaries, cluster, operator, settings };

  // If several start at once, one server comes up and the others find it on their next round.
  for (let attempt = 1; ; attempt++) {
    const running = await adopt(server);
    const url = running ?? (await startServer(server));
    if (url === null) {
      if (attempt < 3) continue;
      throw new Error(`The embedded Postgres did not start. Its log says:\n${await lastWords(cluster)}`);
    }
    const ownership = await takeOwnership(url, dataDir, options.log);
    options.log.info({ dataDir, adopted: running !== null }, 'embedded Postgres is up');
    return {
      url,
      adopted: running !== null,
      async stop() {
        // Hold the lock until the server has exited: no process may adopt one that is about to stop.
        ownership.expectEnd();
        await stopServer(server);
        await ownership.end();
      },
    };
  }
}
