// Jobs from their owner's side: read, cancel, delete (new-jobs.ts creates them). leases.ts has the worker's side.

import { Problem } from '#contracts/errors.ts';
import { cancelTarget, isTerminal, type JobStatus, pauseTarget } from '#contracts/jobs/job.ts';
import { freeArtifacts } from '../artifacts/artifact-users.ts';
import type { Database } from '../database.ts';
import type { Notifications } from '../events/notifications.ts';
import { WAITING } from '../queue/turns.ts';
import { inScope, type Scope } from '../scope.ts';
import { listSql } from './job-list.ts';
import type { JobRecord, JobStore, OwnerSide } from './job-record.ts';
import { JOB_COLUMNS, type JobRow, toJob } from './job-row.ts';
import { keepCheckpointAsModel } from './kept-weights.ts';
import { openNewJobs } from './new-jobs.ts';
import { eventParameters, statusEvents, transitionSql } from './transitions.ts';

const GET = `SELECT ${JOB_COLUMNS} FROM job WHERE id = $1 AND ${inScope('$2')}`;

export function openJobs(
  database: Database,
  notifications: Notifications,
  scope: Scope = null,
): OwnerSide & Pick<JobStore, 'waiting'> {
  const { pool, transaction } = database;
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

  /** Null if the job is no longer in the state it was read in. */
  const move = async ({ id, status }: JobRecord, to: JobStatus): Promise<JobRecord | null> => {
    const parameters = [id, ...eventParameters(statusEvents(to)), status];
    const { rows } = await pool.query<JobRow>(transitionSql({ to, where: ['status = $4'] }), parameters);
    if (rows[0] === undefined) return null;
    notifications.notify(id);
    notifications.orders.notify(id);
    return toJob(rows[0]);
  };

  /** Cancels a job that no worker holds. Weights from earlier attempts are kept. */
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

  return {
    ...openNewJobs(database, scope),

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
        // Idempotent: the first reply may have been lost.
        if (job.status === 'cancelling' || job.status === 'cancelled') return job;
        const to = cancelTarget(job.status);
        if (to === null) throw new Problem('conflict', `${id} has already ended: it is ${job.status}`);
        const moved = await (isTerminal(to) ? end(job) : move(job, to));
        if (moved !== null) return moved;
        // Its status changed between the two statements: retry.
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
