// API keys: looked up by hash; a revoked key's row is kept for the record.

import { withDefaults } from '#contracts/keys/key-limits.ts';
import type { Database } from '../database.ts';
import { createKept } from '../idempotency.ts';
import type { KeyRecord, KeyStore } from './key-record.ts';
import { openKeyUses } from './key-uses.ts';

const COLUMNS = `id, name, tenant, hint, limits, created_at AS "createdAt", last_used_at AS "lastUsedAt", revoked_at AS "revokedAt"`;

const INSERT = `INSERT INTO api_key (id, name, tenant, hash, hint, limits) VALUES ($1, $2, $3, $4, $5, $6) RETURNING ${COLUMNS}`;

const LIST = `
  SELECT ${COLUMNS} FROM api_key WHERE $1::text IS NULL OR id < $1 ORDER BY id DESC LIMIT $2`;

const REVOKE = `
  UPDATE api_key SET revoked_at = COALESCE(revoked_at, clock_timestamp()) WHERE id = $1 RETURNING ${COLUMNS}`;

/** Omitted limits are kept, even if two requests change a key at once. */
const CHANGE = `
  UPDATE api_key SET name = COALESCE($2, name), limits = (limits::jsonb || $3::jsonb)::json WHERE id = $1 RETURNING ${COLUMNS}`;

const REVOKED = `
  SELECT requested FROM unnest($1::text[]) AS requested
  WHERE NOT EXISTS (SELECT FROM api_key WHERE id = requested AND revoked_at IS NULL)`;

/** A row written by an earlier version lacks limits that were added later. */
const toKey = (row: KeyRecord | undefined): KeyRecord | null =>
  row === undefined ? null : { ...row, limits: withDefaults(row.limits) };

export function openKeys(database: Database): KeyStore & { close(): Promise<void> } {
  const { pool, transaction } = database;
  const uses = openKeyUses(database);
  const one = async (where: string, value: string): Promise<KeyRecord | null> => {
    const { rows } = await pool.query<KeyRecord>(`SELECT ${COLUMNS} FROM api_key WHERE ${where} = $1`, [
      value,
    ]);
    return toKey(rows[0]);
  };
  return {
    create: ({ id, name, tenant, hash, hint, limits }, keep) =>
      transaction((client) =>
        createKept(client, keep, async () => {
          const { rows } = await client.query<KeyRecord>(INSERT, [
            id,
            name,
            tenant,
            hash,
            hint,
            JSON.stringify(limits),
          ]);
          return toKey(rows[0])!;
        }),
      ),
    get: (id) => one('id', id),
    findByHash: (hash) => one('hash', hash),
    async list({ limit, after }) {
      const { rows } = await pool.query<KeyRecord>(LIST, [after ?? null, limit + 1]);
      return { items: rows.slice(0, limit).map((row) => toKey(row)!), hasMore: rows.length > limit };
    },
    async change(id, { name, limits = {} }) {
      const values = [id, name ?? null, JSON.stringify(limits)];
      return toKey((await pool.query<KeyRecord>(CHANGE, values)).rows[0]);
    },
    async revoke(id) {
      return toKey((await pool.query<KeyRecord>(REVOKE, [id])).rows[0]);
    },
    async revokedAmong(ids) {
      const { rows } = await pool.query<{ requested: string }>(REVOKED, [ids]);
      return rows.map(({ requested }) => requested);
    },
    used: uses.add,
    close: uses.close,
  };
}
