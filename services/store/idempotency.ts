// Replies by Idempotency-Key: a repeated request gets the first reply and is not executed again. The key, the reply and whatever the
// request created are committed in one transaction: a process that dies before the commit leaves nothing behind, and once it has committed,
// the reply is fixed whether or not it arrived.

import type { Database, Queryable } from './database.ts';
import type { IdempotencyStore, KeepReply } from './interface.ts';

const KEEP = "interval '24 hours'";

// Concurrent requests with the same key wait here for the first one to finish. An expired row counts as absent.
const TAKE = `
  INSERT INTO idempotency_key AS mine (scope, key, body_hash, status, body, headers)
  VALUES ($1, $2, $3, 0, '', '{}')
  ON CONFLICT (scope, key) DO UPDATE SET body_hash = $3, created_at = now()
    WHERE mine.created_at < now() - ${KEEP}
  RETURNING 1`;

/** Rolls back a request whose key another one has used. */
export class KeyTaken extends Error {}

/** Runs in the caller's transaction. Throws KeyTaken. */
export async function createKept<R>(
  client: Queryable,
  keep: KeepReply<R> | undefined,
  create: () => Promise<R>,
): Promise<R> {
  if (keep === undefined) return create();
  const { scope, key } = keep;
  const taken = await client.query(TAKE, [scope, key, keep.bodyHash]);
  if (taken.rowCount === 0) throw new KeyTaken(`${scope}: another request has used the key in the meantime`);
  const record = await create();
  const { status, body, headers } = keep.reply(record);
  await client.query(
    'UPDATE idempotency_key SET status = $3, body = $4, headers = $5 WHERE scope = $1 AND key = $2',
    [scope, key, status, body, JSON.stringify(headers)],
  );
  return record;
}

interface Row {
  body_hash: string;
  status: number;
  body: string;
  headers: Record<string, string>;
}

export function openIdempotency({ pool }: Database): IdempotencyStore & { sweep(): Promise<void> } {
  return {
    async find(scope, key, bodyHash) {
      const { rows } = await pool.query<Row>(
        `SELECT body_hash, status, body, headers FROM idempotency_key
         WHERE scope = $1 AND key = $2 AND created_at >= now() - ${KEEP}`,
        [scope, key],
      );
      const found = rows[0];
      if (found === undefined) return { state: 'new' };
      if (found.body_hash !== bodyHash) return { state: 'mismatch' };
      const { status, body, headers } = found;
      return { state: 'replay', reply: { status, body, headers } };
    },

    async sweep() {
      await pool.query(`DELETE FROM idempotency_key WHERE created_at < now() - ${KEEP}`);
    },
  };
}
