// Bytes in Postgres, a MiB a row: written and read in a stream, so that neither side holds more than a piece.

import { createHash } from 'node:crypto';
import { Problem } from '#contracts/errors.ts';
import { newId } from '#contracts/ids.ts';
import type { Database, Queryable } from './database.ts';
import type { DiskGuard } from './disk-guard.ts';
import type { ArtifactStore, StoredArtifact } from './interface.ts';

const CHUNK_BYTES = 2 ** 20;

type Content = Uint8Array | AsyncIterable<Uint8Array>;

/** The same bytes in pieces of CHUNK_BYTES; only the last may be shorter. */
async function* inChunks(content: Content): AsyncGenerator<Buffer> {
  const pieces = content instanceof Uint8Array ? [content] : content;
  let pending: Buffer[] = [];
  let size = 0;
  for await (const piece of pieces) {
    let rest = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    while (size + rest.length >= CHUNK_BYTES) {
      const head = rest.subarray(0, CHUNK_BYTES - size);
      yield pending.length === 0 ? head : Buffer.concat([...pending, head]);
      rest = rest.subarray(head.length);
      pending = [];
      size = 0;
    }
    // The producer may use its buffer again.
    if (rest.length > 0) pending.push(Buffer.from(rest));
    size += rest.length;
  }
  if (size > 0) yield Buffer.concat(pending);
}

/** After so many bytes of a stream the disk is looked at again. */
const LOOK_BYTES = 16 * CHUNK_BYTES;

/**
 * Inside a transaction of the caller's: what fails later takes the bytes with it.
 * @param disk looked at on the way; what has to be stored whatever is left (a trained model) comes without
 */
export async function writeArtifact(
  client: Queryable,
  content: Content,
  disk: DiskGuard | null = null,
): Promise<StoredArtifact> {
  await disk?.check(content instanceof Uint8Array ? content.byteLength : 0);
  const id = newId('artifact');
  const hash = createHash('sha256');
  let bytes = 0;
  let index = 0;
  await client.query(`INSERT INTO artifact (id, bytes, sha256) VALUES ($1, 0, '')`, [id]);
  for await (const chunk of inChunks(content)) {
    if (index > 0 && bytes % LOOK_BYTES === 0) await disk?.check(chunk.length);
    hash.update(chunk);
    bytes += chunk.length;
    await client.query('INSERT INTO artifact_chunk (artifact_id, index, data) VALUES ($1, $2, $3)', [
      id,
      index++,
      chunk,
    ]);
  }
  const sha256 = hash.digest('hex');
  await client.query('UPDATE artifact SET bytes = $2, sha256 = $3 WHERE id = $1', [id, bytes, sha256]);
  return { id, bytes, sha256 };
}

export function openArtifacts({ pool, transaction, disk }: Database): ArtifactStore {
  return {
    put: (content) => transaction((client) => writeArtifact(client, content, disk)),

    async find(id) {
      const { rows } = await pool.query<{ bytes: string; sha256: string }>(
        'SELECT bytes, sha256 FROM artifact WHERE id = $1',
        [id],
      );
      return rows[0] === undefined ? null : { id, bytes: Number(rows[0].bytes), sha256: rows[0].sha256 };
    },

    async *read(id) {
      const { rows } = await pool.query<{ bytes: string }>('SELECT bytes FROM artifact WHERE id = $1', [id]);
      const gone = () => new Problem('not_found', `no artifact ${id}`);
      if (rows[0] === undefined) throw gone();
      const chunks = Math.ceil(Number(rows[0].bytes) / CHUNK_BYTES);
      for (let index = 0; index < chunks; index++) {
        const chunk = await pool.query<{ data: Buffer }>(
          'SELECT data FROM artifact_chunk WHERE artifact_id = $1 AND index = $2',
          [id, index],
        );
        // Deleted while it was read.
        if (chunk.rows[0] === undefined) throw gone();
        yield chunk.rows[0].data;
      }
    },

    async delete(id) {
      await pool.query('DELETE FROM artifact WHERE id = $1', [id]);
    },
  };
}
