// Ensures one epochd per data directory. The owner holds an advisory lock in the cluster itself, on a connection that it keeps open: the
// lock is released when the owner dies, however it dies, and there is no pid that another process may reuse.

import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { StoreLog } from '../interface.ts';
import { ListeningClient } from '../pool.ts';

const LOCK = 'pg_try_advisory_lock(1701867363, 1)';
const HOLDER = `
  SELECT application_name AS name FROM pg_stat_activity JOIN pg_locks USING (pid)
  WHERE locktype = 'advisory' AND classid = 1701867363 AND objid = 1 AND granted`;
/** The server notices a killed owner's closed connection within milliseconds; allow it some time. */
const PATIENCE_MS = 1500;

/** The message is complete: a user who starts a second server does not need a stack trace. */
export class DataDirInUse extends Error {}

export interface Ownership {
  /** From here on, losing the connection is expected: the server is about to stop. */
  expectEnd(): void;
  end(): Promise<void>;
}

async function connect(url: string): Promise<pg.Client> {
  const client = new ListeningClient({
    connectionString: url,
    keepAlive: true,
    application_name: `epochd owner, pid ${process.pid} on ${hostname()}`.slice(0, 63),
  });
  await client.connect();
  return client;
}

async function tryLock(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ taken: boolean }>(`SELECT ${LOCK} AS taken`);
  return rows[0]?.taken === true;
}

/** Throws if another epochd owns the cluster. */
export async function takeOwnership(url: string, dataDir: string, log: StoreLog): Promise<Ownership> {
  let client = await connect(url);
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await tryLock(client))) {
    if (Date.now() > deadline) {
      const { rows } = await client.query<{ name: string }>(HOLDER);
      await client.end();
      const holder = rows[0]?.name.replace(/^epochd owner, /, '') ?? 'unknown';
      throw new DataDirInUse(
        `${dataDir} is in use by another epochd (${holder}): stop it, or set DATA_DIR to another directory`,
      );
    }
    await sleep(50);
  }

  let ending = false;
  // When one backend crashes, Postgres restarts all of them: acquire the lock again.
  const retake = async (): Promise<void> => {
    while (!ending) {
      await sleep(200);
      const next = await connect(url).catch(() => null);
      if (next === null) continue;
      client = next;
      watch();
      if (!ending && !(await tryLock(client).catch(() => false))) {
        log.error({ dataDir }, 'the embedded Postgres was taken over by another process');
      }
      return;
    }
  };
  const watch = () => {
    client.once('end', () => {
      if (ending) return;
      log.error({ dataDir }, 'lost the connection to the embedded Postgres');
      void retake();
    });
  };
  watch();
  return {
    expectEnd() {
      ending = true;
    },
    async end() {
      ending = true;
      await client.end().catch(() => {});
    },
  };
}
