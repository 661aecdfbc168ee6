// Frees the checkpoints of a job that will not go on: it has ended, or is deleted.

import type { Queryable } from './database.ts';

/** To be called inside a transaction. */
export async function freeCheckpoints(client: Queryable, jobId: string): Promise<void> {
  const { rows } = await client.query<{ artifact: string }>(
    'DELETE FROM checkpoint WHERE job_id = $1 RETURNING artifact',
    [jobId],
  );
  if (rows.length === 0) return;
  await client.query('DELETE FROM artifact WHERE id = ANY ($1)', [rows.map(({ artifact }) => artifact)]);
}
