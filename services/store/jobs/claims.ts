// A worker claims a job: it generates the lease's token, and the queued row takes it. If the reply to a claim is lost, the claim is retried
// with the same token and finds its own row, so that it costs no second attempt. turns.ts decides which job is next.

import { randomUUID } from 'node:crypto';
import type { Database, Queryable } from '../database.ts';
import type { Notifications } from '../events/notifications.ts';
import { NEXT, takeNext } from '../queue/turns.ts';
import type { Claim, JobStore } from './job-record.ts';
import { JOB_COLUMNS, type JobRow, toJob } from './job-row.ts';
import { HELD, until } from './leases.ts';
import { eventParameters, statusEvents, transitionSql } from './transitions.ts';

// An attempt starts from scratch: earlier measurements are in the events and no longer the job's state. If it resumes from a checkpoint,
// the worker writes back what had been measured by then.
const CLAIM = transitionSql({
  to: 'running',
  // The given job, or else the next in turn.
  id: `coalesce($1, (${NEXT}))`,
  set: [
    'attempt = attempt + 1',
    'worker_id = $4',
    'lease_token = $6',
    'lease_writes = 0',
    `lease_expires_at = ${until('$5')}`,
    'started_at = COALESCE(started_at, clock_timestamp())',
    'epoch = 0, step = 0, eta_seconds = NULL, running_loss = NULL, samples_per_sec = NULL, latest = NULL, best = NULL, test = NULL',
  ],
});

/** Only a holder that got no reply to its claim repeats it, so nothing has been written under the lease yet. */
const MINE = `
  UPDATE job SET lease_expires_at = ${until('$3')} WHERE id = $1 AND lease_token = $2 RETURNING ${JOB_COLUMNS}`;

/** The same if the job is unknown. */
const ANY_OF_MINE = `
  UPDATE job SET lease_expires_at = ${until('$2')} WHERE status IN (${HELD}) AND lease_token = $1
  RETURNING ${JOB_COLUMNS}`;

/**
 * Uses the request pool, because claims wait for each other and must not delay lease renewals. One claim at a time, so that a process with
 * many slots occupies only one connection.
 */
export function openClaims(
  { pool, transaction }: Database,
  notifications: Notifications,
): Pick<JobStore, 'claim' | 'claimNext'> {
  const claimOf = (row: JobRow | undefined, token: string): Claim | null => {
    if (row === undefined) return null;
    const job = toJob(row);
    notifications.notify(job.id);
    return { job, lease: { jobId: job.id, token, attempt: job.attempt } };
  };
  const take = async (
    client: Queryable,
    id: string | null,
    workerId: string,
    seconds: number,
    token: string,
  ) => {
    const parameters = [id, ...eventParameters(statusEvents('running')), workerId, seconds, token];
    return (await client.query<JobRow>(CLAIM, parameters)).rows[0];
  };
  let last: Promise<unknown> = Promise.resolve();
  const afterTheLast = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work);
    last = done.catch(() => {});
    return done;
  };
  return {
    async claim(id, workerId, leaseSeconds, token = randomUUID()) {
      const claimed = await take(pool, id, workerId, leaseSeconds, token);
      const row = claimed ?? (await pool.query<JobRow>(MINE, [id, token, leaseSeconds])).rows[0];
      return claimOf(row, token);
    },

    async claimNext(workerId, leaseSeconds, { token = randomUUID(), again = false } = {}) {
      const mine = async (client: Queryable) =>
        again ? (await client.query<JobRow>(ANY_OF_MINE, [token, leaseSeconds])).rows[0] : undefined;
      const row = await afterTheLast(() =>
        takeNext(transaction, mine, (client) => take(client, null, workerId, leaseSeconds, token)),
      );
      return claimOf(row ?? undefined, token);
    },
  };
}
