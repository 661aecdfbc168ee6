// Jobs that leave their worker unfinished: released by a worker that shuts down, given up after a fault, or reclaimed from a worker that
// was lost.
//
// A job fails after a number of consecutive faults that it may have caused itself (its trainer or its worker died, its device was
// lost), in attempts that added no checkpoint, because it makes no progress. Other attempts do not count: those ended by a
// shutdown, a pause or an outage, and all up to the last one that added a checkpoint. `handed_back` in the row is their number.

import type { JobStatus, StopReason } from '#contracts/jobs/job.ts';
import type { Database, Queryable } from '../database.ts';
import type { Notifications } from '../events/notifications.ts';
import type { Fault, JobStore, Lease, Waiting } from './job-record.ts';
import { type JobRow, toJob } from './job-row.ts';
import { keepCheckpointAsModel } from './kept-weights.ts';
import { END, HELD, RELEASE, releasedBy, TAKE } from './leases.ts';
import { eventParameters, statusEvents, transitionSql } from './transitions.ts';

interface Expired {
  id: string;
  status: JobStatus;
  attempt: number;
  /** Attempts that do not count. */
  handedBack: number;
  /** This attempt added a checkpoint, so the next one resumes further along. */
  madeProgress: boolean;
  token: string;
}

const MADE_PROGRESS = `EXISTS (
    SELECT FROM checkpoint WHERE job_id = job.id AND attempt = job.attempt AND step > COALESCE(
      (SELECT max(step) FROM checkpoint AS earlier WHERE earlier.job_id = job.id AND earlier.attempt < job.attempt), 0)
  )`;

const HELD_ROWS = `
  SELECT id, status, attempt, handed_back AS "handedBack", lease_token AS token, ${MADE_PROGRESS} AS "madeProgress"
  FROM job WHERE status IN (${HELD})`;

const NEXT_EXPIRY = `
  SELECT extract(epoch FROM min(lease_expires_at) - clock_timestamp())::float8 * 1000 AS ms FROM job WHERE status IN (${HELD})`;

const NOT_COUNTED = `handed_back = CASE WHEN ${MADE_PROGRESS} THEN attempt ELSE handed_back + 1 END`;

const LOST: Fault = { stopReason: 'worker_lost', message: 'the worker was lost' };

export function openReturns(
  { pool, transaction }: Database,
  notifications: Notifications,
): Pick<JobStore, 'release' | 'retry' | 'reclaim' | 'nextExpiryMs'> {
  const takeOneBack = async (
    client: Queryable,
    row: Expired,
    maxAttempts: number,
    fault: Fault = LOST,
  ): Promise<JobStatus> => {
    const counted = fault.stopReason !== null && !row.madeProgress;
    const leave = [...(fault === LOST ? TAKE : RELEASE), ...(counted ? [] : [NOT_COUNTED])];
    const allowed = maxAttempts + row.handedBack;
    const lost = `${fault.message} in attempt ${row.attempt}${counted ? ` of ${allowed}` : ''}`;
    const move = async (to: JobStatus, reason: StopReason | null, message: string | null) => {
      const parameters = [row.id, ...eventParameters(statusEvents(to, reason, message)), row.token];
      const where = ['lease_token = $4'];
      if (reason === null) await client.query(transitionSql({ to, set: leave, where }), parameters);
      else {
        await client.query(transitionSql({ to, set: [...leave, ...END], where }), [
          ...parameters,
          reason,
          message,
          null,
        ]);
        await keepCheckpointAsModel(client, row.id);
      }
      return to;
    };
    if (row.status === 'cancelling') return move('cancelled', 'user', null);
    if (row.status === 'pausing') return move('paused', null, `${fault.message}: the job is paused`);
    if (counted && row.attempt >= allowed) return move('failed', fault.stopReason, lost);
    return move('queued', null, `${lost}: the job is queued again`);
  };

  /** The lease was already released, and the release is retried because the reply was lost. */
  const waitingAgain = async (client: Queryable, lease: Lease): Promise<Waiting | null> => {
    const left = await releasedBy(client, lease);
    return left?.status === 'queued' ? { id: lease.jobId, attempt: left.attempt } : null;
  };

  return {
    async release(lease) {
      const { jobId, token } = lease;
      const where = ['lease_token = $4'];
      const set = [...RELEASE, NOT_COUNTED];
      const waiting = await transaction(async (client) => {
        const release = async (to: JobStatus, message: string | null) => {
          const events = eventParameters(statusEvents(to, null, message));
          return client.query<JobRow>(transitionSql({ to, set, where }), [jobId, ...events, token]);
        };
        const queued = await release('queued', 'the worker shut down: the job is queued again');
        if (queued.rows[0] !== undefined) return toJob(queued.rows[0]);
        const paused = await release('paused', null);
        if (paused.rows[0] !== undefined) return null;
        // The user had requested a cancel.
        const events = eventParameters(statusEvents('cancelled', 'user'));
        const end = [jobId, ...events, token, 'user', null, null];
        const cancelled = await client.query(
          transitionSql({ to: 'cancelled', set: [...RELEASE, ...END], where }),
          end,
        );
        if (cancelled.rows[0] === undefined) return waitingAgain(client, lease);
        await keepCheckpointAsModel(client, jobId);
        return null;
      });
      notifications.notify(jobId);
      return waiting;
    },

    async retry(lease, fault, maxAttempts) {
      const { jobId, token } = lease;
      const waiting = await transaction(async (client) => {
        const { rows } = await client.query<Expired>(
          `${HELD_ROWS} AND id = $1 AND lease_token = $2 FOR UPDATE`,
          [jobId, token],
        );
        const [row] = rows;
        if (row === undefined) return waitingAgain(client, lease);
        const to = await takeOneBack(client, row, maxAttempts, fault);
        return to === 'queued' ? { id: row.id, attempt: row.attempt } : null;
      });
      notifications.notify(jobId);
      return waiting;
    },

    async nextExpiryMs() {
      return (await pool.query<{ ms: number | null }>(NEXT_EXPIRY)).rows[0]?.ms ?? null;
    },

    async reclaim(maxAttempts) {
      const moved = await transaction(async (client) => {
        const { rows } = await client.query<Expired>(
          `${HELD_ROWS} AND lease_expires_at < clock_timestamp() ORDER BY id FOR UPDATE SKIP LOCKED`,
        );
        const all: { id: string; attempt: number; to: JobStatus }[] = [];
        for (const row of rows) all.push({ ...row, to: await takeOneBack(client, row, maxAttempts) });
        return all;
      });
      for (const { id } of moved) notifications.notify(id);
      const to = (status: JobStatus) => moved.filter((job) => job.to === status);
      return {
        requeued: to('queued').map(({ id, attempt }) => ({ id, attempt })),
        failed: to('failed').map((job) => job.id),
        cancelled: to('cancelled').map((job) => job.id),
      };
    },
  };
}
