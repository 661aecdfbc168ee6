// Invariants of the rows once the system is quiet: no orphans, and no dangling references.

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Queue as BullQueue } from 'bullmq';
import { openPostgresQueue } from '#store/queue/queue-postgres.ts';
import { openRedisQueue } from '#store/queue/queue-redis.ts';
import { quietLog } from '../support/log.ts';
import { runSql } from '../support/postgres.ts';
import { until } from '../support/until.ts';
import type { ArtifactHome } from './artifact-home.ts';

/** Statements that return one row per violation. */
const CHECKS: Record<string, string> = {
  'an artifact that nobody uses': `
    SELECT id FROM artifact
    WHERE id NOT IN (
      SELECT artifact FROM checkpoint
      UNION SELECT table_artifact FROM dataset
      UNION SELECT file_artifact FROM weights
      UNION SELECT unnest(ARRAY[model_artifact, best_artifact, start_artifact]) FROM job
        WHERE COALESCE(model_artifact, best_artifact, start_artifact) IS NOT NULL
      EXCEPT SELECT NULL)`,
  'an artifact whose pieces are not its bytes': `
    SELECT artifact.id, artifact.bytes, chunks.bytes AS stored, artifact.sha256 FROM artifact
    LEFT JOIN (
      SELECT artifact_id, sum(octet_length(data)) AS bytes,
        encode(sha256(string_agg(data, ''::bytea ORDER BY index)), 'hex') AS sha256
      FROM artifact_chunk GROUP BY artifact_id
    ) AS chunks ON chunks.artifact_id = artifact.id
    WHERE artifact.home IS NULL AND (artifact.bytes IS DISTINCT FROM COALESCE(chunks.bytes, 0)
      OR (chunks.sha256 IS NOT NULL AND artifact.sha256 <> chunks.sha256))`,
  'chunks of an artifact that is elsewhere': `
    SELECT artifact_id FROM artifact_chunk JOIN artifact ON artifact.id = artifact_id WHERE home IS NOT NULL`,
  'a succeeded job without a model': `
    SELECT id FROM job WHERE status = 'succeeded' AND model_artifact IS NULL`,
  'a lease on a job that is over': `
    SELECT id, status FROM job WHERE lease_token IS NOT NULL`,
  'a counter that is not the number of events': `
    SELECT job.id, job.last_seq, count(job_event.seq) AS events FROM job
    LEFT JOIN job_event ON job_event.job_id = job.id GROUP BY job.id
    HAVING job.last_seq <> count(job_event.seq) OR job.last_seq <> max(job_event.seq)`,
  'more checkpoints than are kept': `
    SELECT job_id, count(*) FROM checkpoint GROUP BY job_id HAVING count(*) > 2`,
  'a session that holds a transaction open': `
    SELECT pid, state, query FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'
      AND state_change < clock_timestamp() - interval '2 s'`,
};

export async function checkDatabase(url: string): Promise<string[]> {
  const wrong: string[] = [];
  for (const [what, sql] of Object.entries(CHECKS)) {
    for (const row of await runSql(url, sql)) wrong.push(`${what}: ${JSON.stringify(row)}`);
  }
  return wrong;
}

/** Orphaned objects (no row refers to them, and they are not scheduled for deletion), and missing ones. */
export async function checkObjects(url: string, home: Pick<ArtifactHome, 'objects'>): Promise<string[]> {
  const files = await home.objects();
  const booked = await runSql<{ id: string }>(url, 'SELECT artifact_id AS id FROM object_to_delete');
  for (const { id } of booked) {
    files.delete(id);
    files.delete(`${id}.partial`);
  }
  const wrong: string[] = [];
  const rows = await runSql<{ id: string; sha256: string }>(
    url,
    'SELECT id, sha256 FROM artifact WHERE home IS NOT NULL',
  );
  for (const { id, sha256 } of rows) {
    const file = files.get(id);
    const sum =
      file === undefined
        ? null
        : createHash('sha256')
            .update(await readFile(file))
            .digest('hex');
    if (sum !== sha256) wrong.push(`the object ${id} is ${sum === null ? 'missing' : 'not what was stored'}`);
    files.delete(id);
  }
  return [...wrong, ...[...files.keys()].map((name) => `an object that nobody uses: ${name}`)];
}

/** Every posted name, with the ids of its jobs. */
export function jobsByName(url: string): Promise<{ name: string; ids: string[] }[]> {
  return runSql(url, 'SELECT name, array_agg(id) AS ids FROM job GROUP BY name');
}

/** Notifications left unhandled once no more are sent. */
export async function checkQueue(url: string, redisUrl: string | null): Promise<string[]> {
  const backend =
    redisUrl === null ? await openPostgresQueue(url) : await openRedisQueue(redisUrl, quietLog, 5_000);
  try {
    const queue = backend.queue as unknown as BullQueue;
    let counts: Record<string, number> = {};
    const empty = async () => {
      counts = await queue.getJobCounts('waiting', 'active', 'delayed', 'prioritized', 'failed');
      return Object.values(counts).every((count) => count === 0) ? true : null;
    };
    // A notification held by a killed worker is redelivered after half a minute.
    return await until(empty, 90_000).then(
      () => [],
      () => [`the queue is not empty: ${JSON.stringify(counts)}`],
    );
  } finally {
    await backend.close();
  }
}
