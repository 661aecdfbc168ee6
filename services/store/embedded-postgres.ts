// A Postgres of our own: real binaries from npm, a cluster in a directory, on a free port of 127.0.0.1.

import type { StoreLog } from './store.ts';

export interface EmbeddedPostgres {
  /** For `openStore`. */
  url: string;
  stop(): Promise<void>;
}

/** Starts (or adopts) the cluster in `dataDir`, made where there is none. */
export function startEmbeddedPostgres(_options: {
  dataDir: string;
  log: StoreLog;
}): Promise<EmbeddedPostgres> {
  throw new Error('not yet');
}
