// Decides where artifact bytes are stored: small artifacts in Postgres, larger ones in the configured home. Homes used earlier can be
// configured besides it: they are read from and drained, and receive no new objects.

import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import type { StoreLog } from '../../interface.ts';
import { openPool } from '../../pool.ts';
import { type DiskGuard, openDiskGuard } from '../disk-guard.ts';
import type { Home } from './home.ts';
import { openHome, type S3Defaults } from './open-home.ts';

export interface HomesOptions {
  /** `file:///dir` or `s3://bucket/prefix`; null keeps everything in Postgres. */
  url: string | null;
  /** Artifacts larger than this go there. */
  overBytes: number;
  /** Homes that still hold earlier artifacts. */
  others?: readonly string[];
  /** Moves existing artifacts to where they would be written now. */
  move?: boolean;
  /** Bytes to keep free on a directory's disk. */
  reserveBytes?: number;
  s3?: S3Defaults;
}

export const IN_POSTGRES: HomesOptions = { url: null, overBytes: 0 };

export interface Homes {
  /** Where larger artifacts are written; null if all go to Postgres. */
  readonly current: Home | null;
  readonly overBytes: number;
  /** Keyed by the URL stored in their rows. */
  readonly byUrl: ReadonlyMap<string, Home>;
  /** Checks the current home's disk before a write. */
  readonly disk: DiskGuard;
  /** For single statements that must persist even if a transaction rolls back, on connections that no transaction holds. */
  readonly pool: pg.Pool;
  /** The home with this URL. @throws if it is not configured */
  at(url: string): Home;
  close(): Promise<void>;
}

const CONNECT_MS = 5_000;
const STATEMENT_MS = 15_000;

/** @throws if the home is not writable */
export async function openHomes(
  databaseUrl: string,
  { url, overBytes, others = [], reserveBytes = 0, s3 }: HomesOptions,
  log: StoreLog,
): Promise<Homes> {
  const current = url === null ? null : openHome(url, s3);
  if (current !== null) {
    await current.check().catch((error: Error) => {
      throw new Error(`ARTIFACTS_URL: nothing can be written to ${current.url}: ${error.message}`, {
        cause: error,
      });
    });
  }
  const all = [...(current === null ? [] : [current]), ...others.map((other) => openHome(other, s3))];
  const byUrl = new Map(all.map((home) => [home.url, home]));
  const directory = current?.url.startsWith('file:') ? current.url : null;
  const config = {
    connectionString: databaseUrl,
    max: 2,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: STATEMENT_MS,
    statement_timeout: STATEMENT_MS,
  };
  const pool = openPool(config, log);
  return {
    current,
    overBytes,
    byUrl,
    disk: openDiskGuard(
      directory === null ? null : { directory: fileURLToPath(directory), reserveBytes, what: directory },
    ),
    pool,
    at(home) {
      const found = byUrl.get(home);
      if (found !== undefined) return found;
      throw new Error(
        `an artifact is stored in ${home}, which neither ARTIFACTS_URL nor ARTIFACTS_OTHER_URLS names`,
      );
    },
    close: () => pool.end(),
  };
}
