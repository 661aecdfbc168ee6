// Checkpoints, from which a job's next attempt can resume. They are written under the lease, like everything a worker writes.

import { Problem } from '#contracts/errors.ts';
import { newId } from '#contracts/ids.ts';
import type { EventBody } from '#contracts/jobs/events.ts';
import { isTerminal, JobStatus } from '#contracts/jobs/job.ts';
import { freeArtifacts } from '../artifacts/artifact-users.ts';
import { writeArtifact } from '../artifacts/artifacts.ts';
import type { Database } from '../database.ts';
import type { Notifications } from '../events/notifications.ts';
import { inScope, jobInScope, type Scope } from '../scope.ts';
import type { CheckpointRecord, CheckpointStore } from './checkpoint-record.ts';
import type { Measured } from './job-record.ts';
import { NEWEST } from './kept-weights.ts';
import { HELD, LeaseLost } from './leases.ts';
import { eventParameters, insertEventsSql } from './transitions.ts';

// The events of its epochs have been appended by then, so the job's row already has the latest measurements. If the row is slightly ahead,
// the next attempt measures the same again.
const PUT = `
  WITH held AS (
    UPDATE job SET last_seq = last_seq + cardinality($2::text[])
    WHERE id = $1 AND lease_token = $4 AND status IN (${HELD})
    RETURNING *
  ), appended AS (${insertEventsSql('held')}
  ), put AS (
    INSERT INTO checkpoint (id, job_id, attempt, epoch, step, latest, best, best_epoch, best_step, artifact)
    SELECT $5, id, attempt, $6::int, $7::bigint, latest, best, $8::int, $9::bigint, $10 FROM held
  )
  SELECT 1 FROM held`;

const PRUNE = `
  DELETE FROM checkpoint WHERE id IN (SELECT id FROM checkpoint WHERE job_id = $1 ORDER BY ${NEWEST} OFFSET $2)
  RETURNING artifact`;

const SELECT = `
  SELECT checkpoint.id, job_id AS "jobId", attempt, epoch, step, checkpoint.created_at AS "createdAt", latest, best,
    best_epoch AS "bestEpoch", best_step AS "bestStep", artifact, artifact.bytes
  FROM checkpoint JOIN artifact ON artifact.id = checkpoint.artifact`;
const LIST = `${SELECT} WHERE job_id = $1 AND ${jobInScope('$1', '$2')} ORDER BY ${NEWEST}`;

const FIND = `${SELECT} WHERE checkpoint.id = $1 AND ${jobInScope('checkpoint.job_id', '$2')}`;

interface Row {
  id: string;
  jobId: string;
  attempt: number;
  epoch: number;
  step: string;
  createdAt: Date;
  latest: Measured | null;
  best: Measured | null;
  bestEpoch: number | null;
  bestStep: string | null;
  artifact: string;
  bytes: string;
}

function toRecord({ epoch, step, bestEpoch, bestStep, bytes, ...rest }: Row): CheckpointRecord {
  return {
    ...rest,
    bytes: Number(bytes),
    progress: { epoch, step: Number(step), etaSeconds: null, runningLoss: null, samplesPerSec: null },
    bestPlace: bestEpoch === null ? null : { epoch: bestEpoch, step: Number(bestStep) },
  };
}

export function openCheckpoints(
  { pool, transaction, disk, homes }: Database,
  notifications: Notifications,
  scope: Scope = null,
): CheckpointStore {
  return {
    async put({ jobId, token }, { id = newId('checkpoint'), epoch, step, best, file, keepLast }) {
      try {
        await transaction(async (client) => {
          const before = await client.query('SELECT 1 FROM checkpoint WHERE id = $1', [id]);
          if (before.rowCount !== 0) return;
          // Write the bytes first, so that the row is locked only for the last statements; a lost lease rolls them back.
          const artifact = await writeArtifact(client, file, { disk, homes });
          const event: EventBody = { type: 'checkpoint', data: { id, epoch, step, bytes: artifact.bytes } };
          const { rowCount } = await client.query(PUT, [
            jobId,
            ...eventParameters([event]),
            token,
            id,
            epoch,
            step,
            best?.epoch ?? null,
            best?.step ?? null,
            artifact.id,
          ]);
          if (rowCount === 0) throw new LeaseLost();
          const { rows } = await client.query<{ artifact: string }>(PRUNE, [jobId, keepLast]);
          await freeArtifacts(
            client,
            rows.map((old) => old.artifact),
          );
        });
      } catch (error) {
        if (error instanceof LeaseLost) return false;
        throw error;
      }
      notifications.notify(jobId);
      return true;
    },

    async latest(jobId) {
      const { rows } = await pool.query<Row>(`${LIST} LIMIT 1`, [jobId, scope]);
      return rows[0] === undefined ? null : toRecord(rows[0]);
    },

    async find(id) {
      const { rows } = await pool.query<Row>(FIND, [id, scope]);
      return rows[0] === undefined ? null : toRecord(rows[0]);
    },

    async list(jobId) {
      const { rows } = await pool.query<Row>(LIST, [jobId, scope]);
      return rows.map(toRecord);
    },

    delete: (jobId, id) =>
      transaction(async (client) => {
        const job = await client.query<{ status: string }>(
          `SELECT status FROM job WHERE id = $1 AND ${inScope('$2')} FOR UPDATE`,
          [jobId, scope],
        );
        const { rows } = await client.query<Row>(LIST, [jobId, scope]);
        const found = rows.find((row) => row.id === id);
        if (job.rows[0] === undefined || found === undefined) {
          throw new Problem('not_found', `the job ${jobId} has no checkpoint ${id}`);
        }
        const status = JobStatus.parse(job.rows[0].status);
        if (found === rows[0] && !isTerminal(status)) {
          throw new Problem(
            'conflict',
            `the job is ${status} and would resume from ${id}, its last checkpoint`,
          );
        }
        await client.query('DELETE FROM checkpoint WHERE id = $1', [id]);
        return freeArtifacts(client, [found.artifact]);
      }),

    async request(jobId) {
      await disk.check(0);
      const { rows } = await pool.query<{ at: Date }>(
        `UPDATE job SET checkpoint_wanted_at = clock_timestamp() WHERE id = $1 AND ${inScope('$2')} AND status = 'running'
         RETURNING checkpoint_wanted_at AS at`,
        [jobId, scope],
      );
      if (rows[0] !== undefined) {
        notifications.orders.notify(jobId);
        return rows[0].at;
      }
      const job = await pool.query<{ status: string }>(
        `SELECT status FROM job WHERE id = $1 AND ${inScope('$2')}`,
        [jobId, scope],
      );
      const status = job.rows[0]?.status;
      if (status === undefined) throw new Problem('not_found', `no job ${jobId}`);
      throw new Problem('conflict', `the job is ${status}: only a running job writes checkpoints`);
    },
  };
}
