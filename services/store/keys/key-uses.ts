// Records when keys were last used, batched: a key that is used a thousand times a second is written once in ten seconds.

import type { Database } from '../database.ts';

const WRITE_MS = 10_000;

const WRITE = `
  UPDATE api_key SET last_used_at = GREATEST(last_used_at, used.at)
  FROM unnest($1::text[], $2::timestamptz[]) AS used(id, at) WHERE api_key.id = used.id`;

export interface KeyUses {
  add(id: string): void;
  /** Writes pending uses first. */
  close(): Promise<void>;
}

export function openKeyUses({ pool, log }: Pick<Database, 'pool' | 'log'>, writeMs = WRITE_MS): KeyUses {
  let pending = new Map<string, Date>();
  let timer: NodeJS.Timeout | null = null;
  let writing: Promise<unknown> = Promise.resolve();

  const write = () => {
    timer = null;
    const uses = pending;
    if (uses.size === 0) return;
    pending = new Map();
    writing = pool
      .query(WRITE, [[...uses.keys()], [...uses.values()]])
      .catch((error: unknown) => log.warn({ err: error }, 'could not record when keys were last used'));
  };
  return {
    add(id) {
      pending.set(id, new Date());
      timer ??= setTimeout(write, writeMs).unref();
    },
    async close() {
      if (timer !== null) clearTimeout(timer);
      await writing;
      write();
      await writing;
    },
  };
}
