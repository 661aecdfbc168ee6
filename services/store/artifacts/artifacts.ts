// Streams artifact bytes in and out, so that neither side holds more than one piece in memory: rows of one MiB in Postgres, or an object in
// an external home (homes/).

import { createHash } from 'node:crypto';
import { Problem } from '#contracts/errors.ts';
import { newId } from '#contracts/ids.ts';
import type { Database, Queryable } from '../database.ts';
import type { ArtifactStore, StoredArtifact } from '../interface.ts';
import { type Content, inPieces, PIECE_BYTES, peek } from './artifact-pieces.ts';
import { freeArtifacts } from './artifact-users.ts';
import type { DiskGuard } from './disk-guard.ts';
import { NoObject } from './homes/home.ts';
import type { Homes } from './homes/homes.ts';
import { writeObject } from './homes/objects.ts';

/** How often a stream rechecks the free disk space. */
const LOOK_BYTES = 16 * PIECE_BYTES;
/** Size of one range read from a home. */
const RANGE_BYTES = 8 * PIECE_BYTES;

export interface WriteTo {
  homes: Homes;
  /** Null for what must be stored even if it eats into the reserve: a trained model. */
  disk: DiskGuard | null;
}

export async function writeChunks(client: Queryable, id: string, pieces: AsyncIterable<Buffer>) {
  let index = 0;
  for await (const piece of pieces) {
    await client.query('INSERT INTO artifact_chunk (artifact_id, index, data) VALUES ($1, $2, $3)', [
      id,
      index++,
      piece,
    ]);
  }
}

/** Runs in the caller's transaction: a rollback discards the bytes. */
export async function writeArtifact(
  client: Queryable,
  content: Content,
  { homes, disk }: WriteTo,
): Promise<StoredArtifact> {
  const id = newId('artifact');
  const hash = createHash('sha256');
  let bytes = 0;
  const { current } = homes;
  const known = content instanceof Uint8Array ? content.byteLength : 0;
  const { over, pieces } =
    current === null
      ? { over: false, pieces: inPieces(content) }
      : await peek(inPieces(content), homes.overBytes);
  const home = over ? current : null;
  const guard = disk === null ? null : home === null ? disk : homes.disk;
  await guard?.check(known);
  async function* watched() {
    for await (const piece of pieces) {
      if (bytes > 0 && bytes % LOOK_BYTES === 0) await guard?.check(piece.length);
      hash.update(piece);
      bytes += piece.length;
      yield piece;
    }
  }
  await client.query(`INSERT INTO artifact (id, bytes, sha256, home) VALUES ($1, 0, '', $2)`, [
    id,
    home?.url ?? null,
  ]);
  if (home === null) await writeChunks(client, id, watched());
  else await writeObject(client, homes.pool, home, id, watched());
  const sha256 = hash.digest('hex');
  await client.query('UPDATE artifact SET bytes = $2, sha256 = $3 WHERE id = $1', [id, bytes, sha256]);
  return { id, bytes, sha256 };
}

interface Place {
  bytes: string;
  sha256: string;
  home: string | null;
}

const PLACE = 'SELECT bytes, sha256, home FROM artifact WHERE id = $1';
const CHUNK = 'SELECT data FROM artifact_chunk WHERE artifact_id = $1 AND index = $2';

/** The bytes from `at` on, as many as one query or request returns; null if they are no longer there. */
async function readPiece(client: Queryable, homes: Homes, id: string, place: Place, at: number) {
  if (place.home === null) {
    const { rows } = await client.query<{ data: Buffer }>(CHUNK, [id, Math.floor(at / PIECE_BYTES)]);
    return rows[0]?.data.subarray(at % PIECE_BYTES) ?? null;
  }
  const end = Math.min(at + RANGE_BYTES, Number(place.bytes));
  return homes
    .at(place.home)
    .read(id, at, end)
    .catch((error: unknown) => {
      if (error instanceof NoObject) return null;
      throw error;
    });
}

export async function* readArtifact(client: Queryable, homes: Homes, id: string): AsyncGenerator<Buffer> {
  const look = async () => (await client.query<Place>(PLACE, [id])).rows[0];
  let place = await look();
  for (let at = 0; place === undefined || at < Number(place.bytes); ) {
    if (place === undefined) throw new Problem('not_found', `no artifact ${id}`);
    const piece = await readPiece(client, homes, id, place, at);
    if (piece === null) {
      // Moved to another home during the read, or deleted.
      const before: string | null = place.home;
      place = await look();
      if (place?.home === before && place !== undefined) {
        throw new Error(`the bytes of artifact ${id} are missing in ${before ?? 'Postgres'}`);
      }
      continue;
    }
    for (let from = 0; from < piece.length; from += PIECE_BYTES) {
      yield piece.subarray(from, from + PIECE_BYTES);
    }
    at += piece.length;
  }
}

export function openArtifacts({ pool, transaction, disk, homes }: Database): ArtifactStore {
  return {
    put: (content) => transaction((client) => writeArtifact(client, content, { homes, disk })),

    async find(id) {
      const { rows } = await pool.query<Place>(PLACE, [id]);
      return rows[0] === undefined ? null : { id, bytes: Number(rows[0].bytes), sha256: rows[0].sha256 };
    },

    read: (id) => readArtifact(pool, homes, id),

    async delete(id) {
      await transaction((client) => freeArtifacts(client, [id]));
    },
  };
}
