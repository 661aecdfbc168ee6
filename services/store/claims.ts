// A worker takes a job: it draws the lease's token, and the row that is queued takes it. A claim whose answer was lost comes
// again with the same token and finds its own row, so that no attempt is spent on it.

import { randomUUID } from 'node:crypto';
import type { Database } from './database.ts';
import type { JobStore } from './job-record.ts';
import { JOB_COLUMNS, type JobRow, toJob } from './job-row.ts';
import { until } from './leases.ts';
import { eventParameters, moveSql, statusEvents } from './transitions.ts';
import type { Wakes } from './wakes.ts';

// An attempt starts from nothing: what an earlier one measured is in the events, and is not the job's state any more.
// Where it goes on from a checkpoint, the worker writes back what was measured by then.
const CLAIM = moveSql({
  to: 'running',
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

/** Only a holder that has not heard of its claim asks, so nothing was written under the lease yet. */
const MINE = `
  UPDATE job SET lease_expires_at = ${until('$3')} WHERE id = $1 AND lease_token = $2 RETURNING ${JOB_COLUMNS}`;

export function openClaims({ pool }: Database, wakes: Wakes): Pick<JobStore, 'claim'> {
  return {
    async claim(id, workerId, leaseSeconds, token = randomUUID()) {
      const parameters = [id, ...eventParameters(statusEvents('running')), workerId, leaseSeconds, token];
      const claimed = await pool.query<JobRow>(CLAIM, parameters);
      const row = claimed.rows[0] ?? (await pool.query<JobRow>(MINE, [id, token, leaseSeconds])).rows[0];
      if (row === undefined) return null;
      wakes.ring(id);
      const job = toJob(row);
      return { job, lease: { jobId: id, token, attempt: job.attempt } };
    },
  };
}
