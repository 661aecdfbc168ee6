// Replies by Idempotency-Key: a request that comes again gets the reply it got, and is not done again.

import type { Database } from './database.ts';
import type { IdempotencyStore, SavedReply } from './interface.ts';

/** Longer than any request takes: after that, whoever began it has died with it. */
const LOCK = "interval '5 minutes'";
const KEEP = "interval '24 hours'";

// A row that was abandoned (its lock is over) or is too old counts as none.
const BEGIN = `
  INSERT INTO idempotency_key AS mine (scope, key, token, body_hash, locked_until)
  VALUES ($1, $2, gen_random_uuid(), $3, now() + ${LOCK})
  ON CONFLICT (scope, key) DO UPDATE
    SET token = gen_random_uuid(), body_hash = $3, locked_until = now() + ${LOCK}, created_at = now(),
        status = NULL, body = NULL, headers = NULL
    WHERE (mine.status IS NULL AND mine.locked_until < now()) OR mine.created_at < now() - ${KEEP}
  RETURNING token`;

interface Row {
  body_hash: string;
  status: number | null;
  body: string | null;
  headers: Record<string, string> | null;
}

export function openIdempotency({ pool }: Database): IdempotencyStore & { sweep(): Promise<void> } {
  return {
    async begin(scope, key, bodyHash) {
      for (;;) {
        const begun = await pool.query<{ token: string }>(BEGIN, [scope, key, bodyHash]);
        if (begun.rows[0] !== undefined) return { state: 'new', token: begun.rows[0].token };
        const { rows } = await pool.query<Row>(
          'SELECT body_hash, status, body, headers FROM idempotency_key WHERE scope = $1 AND key = $2',
          [scope, key],
        );
        const found = rows[0];
        if (found === undefined) continue; // abandoned between the two statements
        if (found.body_hash !== bodyHash) return { state: 'mismatch' };
        if (found.status === null) return { state: 'in_progress' };
        const reply: SavedReply = {
          status: found.status,
          body: found.body ?? '',
          headers: found.headers ?? {},
        };
        return { state: 'replay', reply };
      }
    },

    async finish(token, { status, body, headers }) {
      await pool.query('UPDATE idempotency_key SET status = $2, body = $3, headers = $4 WHERE token = $1', [
        token,
        status,
        body,
        JSON.stringify(headers),
      ]);
    },

    async abandon(token) {
      await pool.query('DELETE FROM idempotency_key WHERE token = $1 AND status IS NULL', [token]);
    },

    async sweep() {
      await pool.query(`DELETE FROM idempotency_key WHERE created_at < now() - ${KEEP}`);
    },
  };
}
