// What a worker writes to a job that it claimed (claims.ts): every write names the lease's token, and has no effect if the row has another
// token. Time is the database's: an expired lease stays valid until the job is reclaimed. A write whose reply was lost is retried, and gets
// the reply of the first one.

import { HELD_STATUSES, type JobStatus } from '#contracts/jobs/job.ts';
import { writeArtifact } from '../artifacts/artifacts.ts';
import type { Homes } from '../artifacts/homes/homes.ts';
import type { Database, Queryable } from '../database.ts';
import { packed } from '../events/history.ts';
import type { Notifications } from '../events/notifications.ts';
import type { JobEnd, JobStore, KeptModel, Lease, NewModel, Renewed } from './job-record.ts';
import { keepCheckpointAsModel } from './kept-weights.ts';
import { eventParameters, insertEventsSql, statusEvents, transitionSql } from './transitions.ts';

type WorkerSide = Pick<JobStore, 'renew' | 'append' | 'finish'>;

export const HELD = HELD_STATUSES.map((status) => `'${status}'`).join(', ');
export const until = (parameter: string) => `clock_timestamp() + make_interval(secs => ${parameter}::float8)`;

const RENEW = `
  UPDATE job SET lease_expires_at = ${until('$3')}
  WHERE id = $1 AND lease_token = $2 AND status IN (${HELD})
  RETURNING status, checkpoint_wanted_at AS "checkpointWantedAt"`;

const APPEND = `
  WITH held AS (
    UPDATE job SET
      last_seq = last_seq + cardinality($2::text[]),
      lease_writes = COALESCE($18::int, lease_writes),
      epoch = COALESCE($5::int, epoch),
      step = COALESCE($6::bigint, step),
      eta_seconds = CASE WHEN $5::int IS NULL THEN eta_seconds ELSE $7::float8 END,
      progress_at = CASE WHEN $5::int IS NULL THEN progress_at ELSE clock_timestamp() END,
      running_loss = CASE WHEN $5::int IS NULL THEN running_loss ELSE $10::float8 END,
      samples_per_sec = CASE WHEN $5::int IS NULL THEN samples_per_sec ELSE $11::float8 END,
      latest = COALESCE($8::json, latest),
      best = COALESCE($9::json, best),
      test = COALESCE($16::json, test),
      warnings = CASE WHEN $17::json IS NULL THEN warnings
        ELSE (COALESCE(warnings::jsonb, '[]') || $17::jsonb)::json END
    WHERE id = $1 AND lease_token = $4 AND status IN (${HELD}) AND ($18::int IS NULL OR lease_writes < $18)
    RETURNING *
  ), appended AS (${insertEventsSql('held')}
  ), measured AS (
    INSERT INTO epoch_block (job_id, attempt, first_epoch, epochs, names, data)
    SELECT held.id, held.attempt, block.*
    FROM held, unnest($12::int[], $13::int[], $14::json[], $15::bytea[]) AS block(first_epoch, epochs, names, data)
    ON CONFLICT (job_id, attempt, first_epoch) DO UPDATE SET epochs = EXCLUDED.epochs, data = EXCLUDED.data
  )
  SELECT 1 FROM held`;

const WRITTEN = `
  SELECT 1 FROM job WHERE id = $1 AND lease_token = $2 AND status IN (${HELD}) AND lease_writes >= $3`;

/** For transitions that revoke the lease. */
export const TAKE = ['lease_token = NULL', 'lease_expires_at = NULL', 'worker_id = NULL'];
/** For transitions in which the holder releases the lease. */
export const RELEASE = [...TAKE, 'released_token = lease_token'];

/** For transitions to a final status, combined with TAKE or RELEASE: $5 stop reason, $6 error message, $7 fingerprint. */
export const END = [
  'stop_reason = $5',
  'error_message = $6',
  'fingerprint = COALESCE($7, fingerprint)',
  'finished_at = clock_timestamp()',
  'eta_seconds = NULL, running_loss = NULL',
];

/** Postgres cannot store NUL in text. */
const storable = (text: string) => text.replaceAll('\0', '\uFFFD');

const RELEASED = `
  SELECT status, attempt FROM job WHERE id = $1 AND released_token = $2 AND lease_token IS NULL`;

/** The job's state after this lease was released, if it has not been claimed since; otherwise null. */
export async function releasedBy(
  client: Queryable,
  { jobId, token }: Pick<Lease, 'jobId' | 'token'>,
): Promise<{ status: JobStatus; attempt: number } | null> {
  const { rows } = await client.query<{ status: JobStatus; attempt: number }>(RELEASED, [jobId, token]);
  return rows[0] ?? null;
}

/** Rolls back a transaction that found the lease lost. */
export class LeaseLost extends Error {}

const KEEP = `
  UPDATE job SET model_artifact = $2, model_epoch = $3, model_step = $4, best_artifact = $5, best_epoch = $6, best_step = $7
  WHERE id = $1`;

const valuesOf = (model: KeptModel | null) => [
  model?.artifact ?? null,
  model?.epoch ?? null,
  model?.step ?? null,
];

function cancelledEnd({ fingerprint }: JobEnd): JobEnd {
  return { status: 'cancelled', stopReason: 'user', ...(fingerprint === undefined ? {} : { fingerprint }) };
}

/** If the last epoch is the best one, both share one file. */
async function writeModels(
  client: Queryable,
  homes: Homes,
  models: JobEnd['models'],
): Promise<[last: KeptModel | null, best: KeptModel | null]> {
  const write = async (model: NewModel | null | undefined): Promise<KeptModel | null> => {
    if (model === null || model === undefined) return null;
    const { epoch, step, file } = model;
    // A job's result may use the disk's reserve.
    return { epoch, step, artifact: (await writeArtifact(client, file, { homes, disk: null })).id };
  };
  const last = await write(models?.last);
  const same = last !== null && last.step === models?.best?.step;
  return [last, same ? last : await write(models?.best)];
}

export function openLeases({ pool, transaction, homes }: Database, notifications: Notifications): WorkerSide {
  return {
    async renew({ jobId, token }, seconds) {
      const { rows } = await pool.query<Renewed>(RENEW, [jobId, token, seconds]);
      return rows[0] ?? null;
    },

    async append({ jobId, token }, bodies, update = {}) {
      const { progress, latest, best, test, warnings, history = [], write } = update;
      const { rowCount } = await pool.query(APPEND, [
        jobId,
        ...eventParameters(bodies),
        token,
        progress?.epoch ?? null,
        progress?.step ?? null,
        progress?.etaSeconds ?? null,
        latest === undefined ? null : JSON.stringify(latest),
        best === undefined ? null : JSON.stringify(best),
        progress?.runningLoss ?? null,
        progress?.samplesPerSec ?? null,
        history.map(({ firstEpoch }) => firstEpoch),
        history.map(({ names, values }) => values.length / names.length),
        history.map(({ names }) => JSON.stringify(names)),
        history.map(packed),
        test === undefined ? null : JSON.stringify(test),
        warnings === undefined ? null : JSON.stringify(warnings),
        write ?? null,
      ]);
      if (rowCount === 0) {
        if (write === undefined) return false;
        // Either already written or the lease is lost.
        const before = await pool.query(WRITTEN, [jobId, token, write]);
        if (before.rowCount === 0) return false;
      }
      if (bodies.length > 0 || progress !== undefined) notifications.notify(jobId);
      return true;
    },

    async finish({ jobId, token }, end) {
      try {
        await transaction(async (client) => {
          // Write the bytes first, so that the row is locked only for the last statements; a lost lease rolls them back.
          const [last, best] = await writeModels(client, homes, end.models);
          const { rows } = await client.query<{ status: string }>(
            `SELECT status FROM job WHERE id = $1 AND lease_token = $2 AND status IN (${HELD}) FOR UPDATE`,
            [jobId, token],
          );
          if (rows[0] === undefined) throw new LeaseLost();
          // An accepted cancel takes precedence over any other end.
          const { status, stopReason, message, fingerprint } =
            rows[0].status === 'cancelling' ? cancelledEnd(end) : end;
          const text = message === undefined ? null : storable(message);
          await client.query(
            transitionSql({ to: status, set: [...RELEASE, ...END], where: ['lease_token = $4'] }),
            [
              jobId,
              ...eventParameters(statusEvents(status, stopReason, text)),
              token,
              stopReason,
              status === 'failed' ? (text ?? stopReason) : null,
              fingerprint ?? null,
            ],
          );
          await client.query(KEEP, [jobId, ...valuesOf(last), ...valuesOf(best)]);
          await keepCheckpointAsModel(client, jobId);
        });
      } catch (error) {
        if (!(error instanceof LeaseLost)) throw error;
        const left = await releasedBy(pool, { jobId, token });
        if (left?.status !== end.status && left?.status !== 'cancelled') return false;
      }
      notifications.notify(jobId);
      return true;
    },
  };
}
