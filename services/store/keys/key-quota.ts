// Enforces a key's limits. Usage is counted inside the transaction that might exceed a limit, with the key's row locked, so that two
// concurrent requests cannot both take the last slot.

import { problemOf } from '#contracts/errors.ts';
import type { KeyLimits } from '#contracts/keys/key-limits.ts';
import type { Queryable } from '../database.ts';

/** A key that creates something. */
export interface CreatingKey {
  id: string;
  limits: KeyLimits;
}

const lock = (client: Queryable, { id }: CreatingKey) =>
  client.query('SELECT FROM api_key WHERE id = $1 FOR UPDATE', [id]);

const QUEUED = `SELECT count(*)::int AS queued FROM job WHERE key_id = $1 AND status = 'queued'`;

/** There is no telling when a slot becomes free, and retrying is cheap. */
const RETRY_SECONDS = 10;

/** Call it before the jobs are written. @throws Problem `too_many_requests` */
export async function checkQueuedJobs(client: Queryable, key: CreatingKey, added: number): Promise<void> {
  const limit = key.limits.queued_jobs;
  if (limit === null) return;
  await lock(client, key);
  const { rows } = await client.query<{ queued: number }>(QUEUED, [key.id]);
  const queued = rows[0]?.queued ?? 0;
  if (queued + added <= limit) return;
  const more = added === 1 ? '' : `; this adds ${added}`;
  const message = `this key's limit queued_jobs is ${limit}, and ${queued} of its jobs are already waiting${more}`;
  throw problemOf('too_many_requests', [{ param: 'queued_jobs', code: 'limit_exceeded', message }]).retryIn(
    RETRY_SECONDS,
  );
}

const UPLOADED = `
  SELECT coalesce(sum(bytes), 0)::float8 AS bytes FROM (
    SELECT bytes FROM artifact WHERE id IN (
      SELECT table_artifact FROM dataset WHERE key_id = $1
      UNION SELECT file_artifact FROM weights WHERE key_id = $1)
    UNION ALL SELECT length FROM upload WHERE key_id = $1 AND expires_at > now()) AS held`;

/** Call it after the file and its row are written. @throws Problem `limit_exceeded`, which rolls both back */
export async function checkUploadBytes(client: Queryable, key: CreatingKey, added: number): Promise<void> {
  const limit = key.limits.upload_bytes;
  if (limit === null) return;
  await lock(client, key);
  const { rows } = await client.query<{ bytes: number }>(UPLOADED, [key.id]);
  const bytes = rows[0]?.bytes ?? 0;
  if (bytes <= limit) return;
  const message = `this key's limit upload_bytes is ${limit}: it holds ${bytes - added}, and this adds ${added}`;
  throw problemOf('limit_exceeded', [{ param: 'file', code: 'limit_exceeded', message }]);
}
