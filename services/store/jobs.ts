// Jobs as their owner sees them: posted, looked at, cancelled, deleted. What a worker does to them is in leases.ts.

import { Problem } from '#contracts/errors.ts';
import type { EventBody } from '#contracts/events.ts';
import { isId } from '#contracts/ids.ts';
import { cancelTarget, canMove, isTerminal, type JobStatus, pauseTarget } from '#contracts/job.ts';
import type { Warning } from '#contracts/warnings.ts';
import { freeArtifacts } from './artifact-users.ts';
import type { Database, Queryable } from './database.ts';
import { writeDataset } from './datasets.ts';
import { createKept } from './idempotency.ts';
import { listSql } from './job-list.ts';
import type { JobRecord, JobStore, NewJob, OwnerSide } from './job-record.ts';
import { JOB_COLUMNS, type JobRow, toJob } from './job-row.ts';
import { keepCheckpointAsModel } from './kept-weights.ts';
import { checkQueuedJobs } from './key-quota.ts';
import type { Notifications } from './notifications.ts';
import { inScope, ownerOf, type Scope } from './scope.ts';
import { eventParameters, statusEvents, transitionSql } from './transitions.ts';
import { WAITING } from './turns.ts';

// A job is stored once it has been validated: events record both of its first states, the row the second.
const BIRTH = [...statusEvents('validating'), ...statusEvents('queued')];
if (!canMove('validating', 'queued')) throw new Error('a job cannot be created');

const INSERT = `
  WITH created AS (
    INSERT INTO job (id, status, name, spec, dataset_id, weights_id, parameters, total_steps, metadata, validation_dataset_id, test_dataset_id,
      warnings, start_artifact, tenant, key_id, priority, traceparent, last_seq)
    VALUES ($1, 'queued', $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, cardinality($2::text[]))
    RETURNING *
  ), appended AS (
    INSERT INTO job_event (job_id, seq, type, attempt, data)
    SELECT id, ord, type, attempt, data::json
    FROM created, unnest($2::text[], $3::text[]) WITH ORDINALITY AS event(type, data, ord)
  )
  SELECT ${JOB_COLUMNS} FROM created`;

const GET = `SELECT ${JOB_COLUMNS} FROM job WHERE id = $1 AND ${inScope('$2')}`;

const FOREIGN_KEY_VIOLATION = '23503';

export function openJobs(
  { pool, transaction, bulk, disk, homes }: Database,
  notifications: Notifications,
  scope: Scope = null,
): OwnerSide & Pick<JobStore, 'waiting'> {
  const get = async (id: string): Promise<JobRecord | null> => {
    const { rows } = await pool.query<JobRow>(GET, [id, scope]);
    return rows[0] === undefined ? null : toJob(rows[0]);
  };
  const noJob = (id: string) => new Problem('not_found', `no job ${id}`);

  const need = async (id: string): Promise<JobRecord> => {
    const job = await get(id);
    if (job === null) throw noJob(id);
    return job;
  };

  /** Null where it is not in the state that it was seen in any more. */
  const move = async ({ id, status }: JobRecord, to: JobStatus): Promise<JobRecord | null> => {
    const parameters = [id, ...eventParameters(statusEvents(to)), status];
    const { rows } = await pool.query<JobRow>(transitionSql({ to, where: ['status = $4'] }), parameters);
    if (rows[0] === undefined) return null;
    notifications.notify(id);
    notifications.orders.notify(id);
    return toJob(rows[0]);
  };

  /** Cancels one that no worker holds. It keeps what earlier attempts of it learned. */
  const end = async ({ id, status }: JobRecord): Promise<JobRecord | null> => {
    const set = ["stop_reason = 'user'", 'finished_at = clock_timestamp()'];
    const parameters = [id, ...eventParameters(statusEvents('cancelled', 'user')), status];
    const moved = await transaction(async (client) => {
      const { rows } = await client.query(
        transitionSql({ to: 'cancelled', set, where: ['status = $4'] }),
        parameters,
      );
      if (rows[0] !== undefined) await keepCheckpointAsModel(client, id);
      return rows[0] !== undefined;
    });
    if (!moved) return null;
    notifications.notify(id);
    return need(id);
  };

  const insert = async (client: Queryable, job: NewJob) => {
    if (job.key) await checkQueuedJobs(client, job.key);
    const values = [
      job.id,
      ...eventParameters([...BIRTH, ...(job.warnings ?? []).map(warningEvent)]),
      job.name,
      JSON.stringify(job.spec),
      job.spec.dataset,
      uploadedWeights(job),
      job.parameters,
      job.totalSteps,
      JSON.stringify(job.metadata),
      heldOutDataset(job, 'validation'),
      heldOutDataset(job, 'test'),
      job.warnings === undefined || job.warnings.length === 0 ? null : JSON.stringify(job.warnings),
      job.startArtifact ?? null,
      ownerOf(scope),
      job.key?.id ?? null,
      job.priority ?? 0,
      job.traceparent ?? null,
    ];
    const { rows } = await client.query<JobRow>(INSERT, values);
    return toJob(rows[0]!);
  };

  return {
    async create(job, keep) {
      try {
        const { dataset } = job;
        const alone = dataset === undefined && keep === undefined && !job.key;
        if (alone) return await insert(pool, job);
        const through = dataset === undefined ? transaction : bulk.transaction;
        return await through((client) =>
          createKept(client, keep, async () => {
            if (dataset !== undefined) await writeDataset(client, dataset, { disk, homes }, scope);
            return insert(client, job);
          }),
        );
      } catch (error) {
        const { code, constraint } = error as { code?: string; constraint?: string };
        if (code !== FOREIGN_KEY_VIOLATION) throw error;
        // Deleted after the request was validated.
        const gone = goneOf(job, constraint);
        throw new Problem('invalid_request', `no ${gone.what}`, [
          { param: gone.param, code: 'not_found', message: `no ${gone.what}` },
        ]);
      }
    },

    get,

    async list(page) {
      const { sql, values } = listSql(page, scope);
      const { rows } = await pool.query<JobRow>(sql, values);
      return { items: rows.slice(0, page.limit).map(toJob), hasMore: rows.length > page.limit };
    },

    async delete(id) {
      const bytes = await transaction(async (client) => {
        const { rows } = await client.query<JobRow>(
          `SELECT ${JOB_COLUMNS} FROM job WHERE id = $1 AND ${inScope('$2')} FOR UPDATE`,
          [id, scope],
        );
        const job = rows[0] === undefined ? null : toJob(rows[0]);
        if (job === null) throw noJob(id);
        if (!isTerminal(job.status)) {
          throw new Problem('conflict', `${id} is ${job.status}: cancel it first`);
        }
        const checkpoints = await client.query<{ artifact: string }>(
          'DELETE FROM checkpoint WHERE job_id = $1 RETURNING artifact',
          [id],
        );
        await client.query('DELETE FROM job WHERE id = $1', [id]);
        const models = [job.model, job.bestModel].map((model) => model?.artifact ?? null);
        return freeArtifacts(client, [
          job.startArtifact,
          ...models,
          ...checkpoints.rows.map(({ artifact }) => artifact),
        ]);
      });
      notifications.notify(id);
      return bytes;
    },

    async requestCancel(id) {
      for (;;) {
        const job = await need(id);
        // Also the second time: the first answer may have been lost.
        if (job.status === 'cancelling' || job.status === 'cancelled') return job;
        const to = cancelTarget(job.status);
        if (to === null) throw new Problem('conflict', `${id} has already ended: it is ${job.status}`);
        const moved = await (isTerminal(to) ? end(job) : move(job, to));
        if (moved !== null) return moved;
        // It moved between the two statements: look again.
      }
    },

    async requestPause(id) {
      for (;;) {
        const job = await need(id);
        if (job.status === 'pausing' || job.status === 'paused') return job;
        const to = pauseTarget(job.status);
        if (to === null) throw new Problem('conflict', `${id} cannot be paused: it is ${job.status}`);
        const moved = await move(job, to);
        if (moved !== null) return moved;
      }
    },

    async resume(id) {
      for (;;) {
        const job = await need(id);
        if (job.status === 'queued' || job.status === 'running') return job;
        if (job.status !== 'paused') {
          throw new Problem('conflict', `${id} cannot be resumed: it is ${job.status}, not paused`);
        }
        const moved = await move(job, 'queued');
        if (moved !== null) return moved;
      }
    },

    async waiting(limit) {
      return (await pool.query<{ id: string; attempt: number }>(`${WAITING} LIMIT $1`, [limit])).rows;
    },
  };
}

/** Other weights are held by their file alone. */
function uploadedWeights({ spec }: NewJob): string | null {
  const { weights } = spec.model;
  return weights !== undefined && isId('weights', weights) ? weights : null;
}

function heldOutDataset({ spec }: NewJob, part: 'validation' | 'test'): string | null {
  const held = spec.training[part] ?? null;
  return held !== null && 'dataset' in held ? held.dataset : null;
}

/** What a job names that is there no more. */
function goneOf(job: NewJob, constraint: string | undefined): { param: string; what: string } {
  if (constraint === 'job_weights_id_fkey' || constraint === 'job_start_artifact_fkey')
    return { param: 'model.weights', what: `weights ${job.spec.model.weights}` };
  for (const part of ['validation', 'test'] as const) {
    if (constraint !== `job_${part}_dataset_id_fkey`) continue;
    return { param: `training.${part}.dataset`, what: `dataset ${heldOutDataset(job, part)}` };
  }
  return { param: 'dataset', what: `dataset ${job.spec.dataset}` };
}

const warningEvent = (warning: Warning): EventBody => ({
  type: 'log',
  data: { level: 'warning', ...warning },
});
