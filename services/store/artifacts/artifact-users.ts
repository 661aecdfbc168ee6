// Reference counting of artifacts. Several rows may share one: a job's trained model may be the file of its last checkpoint, or another job
// may start from it. The bytes are freed with the last reference.

import { TERMINAL_STATUSES } from '#contracts/jobs/job.ts';
import type { Queryable } from '../database.ts';
import { bookObject } from './homes/objects.ts';

const USERS = [
  'job WHERE model_artifact',
  'job WHERE best_artifact',
  'job WHERE start_artifact',
  'checkpoint WHERE artifact',
  'weights WHERE file_artifact',
  'dataset WHERE table_artifact',
];

const FREE = `
  DELETE FROM artifact WHERE id = $1
  ${USERS.map((user) => `AND NOT EXISTS (SELECT FROM ${user} = artifact.id)`).join('\n  ')}
  RETURNING bytes, home`;

/** A finished job never starts again, so it no longer needs its start artifact. */
const FORGET = 'UPDATE job SET start_artifact = NULL WHERE start_artifact = $1 AND status = ANY ($2)';

/** Frees those that no row references any more. Must run in the transaction that removed the references. Returns the bytes freed. */
export async function freeArtifacts(client: Queryable, ids: readonly (string | null)[]): Promise<number> {
  let bytes = 0;
  for (const id of new Set(ids)) {
    if (id === null) continue;
    await client.query(FORGET, [id, TERMINAL_STATUSES]);
    const { rows } = await client.query<{ bytes: string; home: string | null }>(FREE, [id]);
    const [freed] = rows;
    if (freed === undefined) continue;
    if (freed.home !== null) await bookObject(client, freed.home, id, 0);
    bytes += Number(freed.bytes);
  }
  return bytes;
}
