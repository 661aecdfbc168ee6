// Moves artifacts to where they would be written today, while the service runs: larger ones to the configured home, all others to Postgres.
// Each artifact is moved in one transaction whose row says where the bytes are, so an interrupted move resumes with the next artifact. The
// bytes are checked against the row's SHA-256 before the row changes.

import { createHash } from 'node:crypto';
import type { Database } from '../../database.ts';
import { readArtifact, writeChunks } from '../artifacts.ts';
import type { Homes } from './homes.ts';
import type { MoveReport } from './move-report.ts';
import { bookObject, writeObject } from './objects.ts';

const AT_ONCE = 100;

/** Where an artifact belongs: $1 the current home, $2 the bytes that stay in Postgres. */
const BELONGS = 'CASE WHEN bytes > $2::bigint THEN $1::text END';

const LEFT = `
  SELECT home AS "from", ${BELONGS} AS "to", count(*)::int AS artifacts, sum(bytes)::float8 AS bytes FROM artifact
  WHERE home IS DISTINCT FROM ${BELONGS} GROUP BY 1, 2 ORDER BY 1, 2`;

const NEXT = `
  SELECT id FROM artifact WHERE home IS DISTINCT FROM ${BELONGS} AND id > $3 ORDER BY id LIMIT ${AT_ONCE}`;

// Moving an artifact holds its row lock; deleting it waits for that.
const TAKE = `
  SELECT bytes::float8 AS bytes, sha256, home, ${BELONGS} AS belongs FROM artifact
  WHERE id = $3 AND home IS DISTINCT FROM ${BELONGS} FOR NO KEY UPDATE SKIP LOCKED`;

interface Taken {
  bytes: number;
  sha256: string;
  home: string | null;
  belongs: string | null;
}

/** Misplaced artifacts, grouped by current and target home; null means Postgres. */
export interface ToMove {
  from: string | null;
  to: string | null;
  artifacts: number;
  bytes: number;
}

export interface Moved {
  artifacts: number;
  bytes: number;
  failed: number;
}

type Source = Pick<Database, 'pool' | 'transaction' | 'homes' | 'disk'>;

const targetOf = ({ current, overBytes }: Homes) => [current?.url ?? null, overBytes];

export async function artifactsToMove({ pool, homes }: Pick<Source, 'pool' | 'homes'>): Promise<ToMove[]> {
  return (await pool.query<ToMove>(LEFT, targetOf(homes))).rows;
}

/** The number of bytes moved; null if another process is moving it or already has. */
async function moveOne({ pool, transaction, homes, disk }: Source, id: string): Promise<number | null> {
  return transaction(async (client) => {
    const { rows } = await client.query<Taken>(TAKE, [...targetOf(homes), id]);
    const [taken] = rows;
    if (taken === undefined) return null;
    await (taken.belongs === null ? disk : homes.disk).check(taken.bytes);
    const hash = createHash('sha256');
    async function* hashed() {
      for await (const piece of readArtifact(pool, homes, id)) {
        hash.update(piece);
        yield piece;
      }
    }
    if (taken.belongs === null) await writeChunks(client, id, hashed());
    else await writeObject(client, homes.pool, homes.at(taken.belongs), id, hashed());
    const sum = hash.digest('hex');
    if (sum !== taken.sha256) {
      throw new Error(
        `its bytes in ${taken.home ?? 'Postgres'} have the SHA-256 ${sum}, not ${taken.sha256}`,
      );
    }
    await client.query('UPDATE artifact SET home = $2 WHERE id = $1', [id, taken.belongs]);
    if (taken.home === null) await client.query('DELETE FROM artifact_chunk WHERE artifact_id = $1', [id]);
    else await bookObject(client, taken.home, id, 0);
    return taken.bytes;
  });
}

/** One pass over all misplaced artifacts. Those that fail are reported and stay where they are. */
export async function moveArtifacts(source: Source, stop: AbortSignal, report: MoveReport): Promise<Moved> {
  const { pool, homes } = source;
  const groups = await artifactsToMove(source);
  const all = { artifacts: 0, bytes: 0 };
  for (const { artifacts, bytes } of groups) {
    all.artifacts += artifacts;
    all.bytes += bytes;
  }
  const moved: Moved = { artifacts: 0, bytes: 0, failed: 0 };
  if (all.artifacts === 0) return moved;
  report.begins(all);
  for (let after = ''; ; ) {
    const next = await pool.query<{ id: string }>(NEXT, [...targetOf(homes), after]);
    for (const { id } of next.rows) {
      if (stop.aborted) return moved;
      try {
        const bytes = await moveOne(source, id);
        if (bytes !== null) {
          moved.artifacts += 1;
          moved.bytes += bytes;
        }
      } catch (error) {
        moved.failed += 1;
        report.failed(id, error as Error);
      }
      report.progress(moved, all);
    }
    const last = next.rows.at(-1);
    if (last === undefined) break;
    after = last.id;
  }
  report.ends(moved, all);
  return moved;
}
