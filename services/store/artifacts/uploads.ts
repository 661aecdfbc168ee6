// Resumable uploads. Every piece is committed together with the next expected offset, so any process on the same database can continue
// after an interruption, and of two senders at the same offset one is told that its offset is out of date.

import { Problem } from '#contracts/errors.ts';
import type { Database, Queryable } from '../database.ts';
import { checkUploadBytes } from '../keys/key-quota.ts';
import { inScope, ownerOf, type Scope } from '../scope.ts';
import type { UploadRecord, UploadStore } from './upload-record.ts';

/** How long an upload is kept after its last piece. */
const KEEP = "interval '24 hours'";
/** How often an upload rechecks the free disk space. */
const LOOK_BYTES = 16 * 2 ** 20;

const COLUMNS = `id, length::float8, received::float8, metadata, created_at AS "createdAt", expires_at AS "expiresAt"`;
const OWN = `id = $1 AND ${inScope('$2')} AND expires_at > now()`;

const CREATE = `
  INSERT INTO upload (id, tenant, key_id, length, metadata, expires_at)
  VALUES ($1, $2, $3, $4, $5, now() + ${KEEP}) RETURNING ${COLUMNS}`;

const APPEND = `
  WITH moved AS (
    UPDATE upload SET received = received + length($4::bytea), expires_at = now() + ${KEEP}
    WHERE ${OWN} AND received = $3 AND received + length($4::bytea) <= length
    RETURNING *
  ), stored AS (
    INSERT INTO upload_chunk (upload_id, start, data) SELECT id, $3, $4 FROM moved
  )
  SELECT ${COLUMNS} FROM moved`;

/** Runs in the caller's transaction. */
export async function deleteUpload(client: Queryable, id: string, scope: Scope): Promise<number | null> {
  const { rows } = await client.query<{ bytes: number }>(
    `DELETE FROM upload WHERE ${OWN} RETURNING received::float8 AS bytes`,
    [id, scope],
  );
  return rows[0]?.bytes ?? null;
}

export function openUploads(
  { pool, transaction, disk }: Database,
  scope: Scope = null,
): UploadStore & { sweep(): Promise<void> } {
  const get = async (id: string): Promise<UploadRecord | null> =>
    (await pool.query<UploadRecord>(`SELECT ${COLUMNS} FROM upload WHERE ${OWN}`, [id, scope])).rows[0] ??
    null;

  return {
    get,

    async create({ id, length, metadata, key = null }) {
      await disk.check(length);
      return transaction(async (client) => {
        const values = [id, ownerOf(scope), key?.id ?? null, length, metadata];
        const { rows } = await client.query<UploadRecord>(CREATE, values);
        if (key !== null) await checkUploadBytes(client, key, length);
        return rows[0]!;
      });
    },

    async append(id, at, piece) {
      if (Math.floor(at / LOOK_BYTES) !== Math.floor((at + piece.length) / LOOK_BYTES))
        await disk.check(piece.length);
      return (await pool.query<UploadRecord>(APPEND, [id, scope, at, piece])).rows[0] ?? null;
    },

    async *read(id) {
      const upload = await get(id);
      if (upload === null) throw new Problem('not_found', `there is no upload "${id}"`);
      for (let at = 0; at < upload.received; ) {
        const { rows } = await pool.query<{ data: Buffer }>(
          'SELECT data FROM upload_chunk WHERE upload_id = $1 AND start = $2',
          [id, at],
        );
        const data = rows[0]?.data;
        if (data === undefined) throw new Problem('not_found', `the upload "${id}" no longer exists`);
        yield data;
        at += data.length;
      }
    },

    delete: (id) => transaction((client) => deleteUpload(client, id, scope)),

    async sweep() {
      await pool.query('DELETE FROM upload WHERE expires_at < now()');
    },
  };
}
