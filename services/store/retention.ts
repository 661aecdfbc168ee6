// Deletes jobs that ended long ago, if a retention time is configured. A few at a time, by one process at a time.

import { Problem } from '#contracts/errors.ts';
import { TERMINAL_STATUSES } from '#contracts/jobs/job.ts';
import type { Database } from './database.ts';
import type { JobStore } from './jobs/job-record.ts';

const AT_ONCE = 100;

const OLD = `
  SELECT id FROM job
  WHERE status = ANY ($1) AND finished_at < clock_timestamp() - make_interval(days => $2)
  ORDER BY finished_at LIMIT ${AT_ONCE}`;

export interface Swept {
  jobs: number;
  bytesFreed: number;
}

/** Deletes every job that ended more than `days` ago, with everything that belongs to it. Stops early when `stop` is aborted. */
export async function sweepJobs(
  { pool, log }: Pick<Database, 'pool' | 'log'>,
  jobs: Pick<JobStore, 'delete'>,
  days: number,
  stop: AbortSignal,
): Promise<Swept> {
  const swept: Swept = { jobs: 0, bytesFreed: 0 };
  for (;;) {
    const { rows } = await pool.query<{ id: string }>(OLD, [TERMINAL_STATUSES, days]);
    for (const { id } of rows) {
      if (stop.aborted) break;
      try {
        swept.bytesFreed += await jobs.delete(id);
        swept.jobs += 1;
      } catch (error) {
        // Deleted by someone else in the meantime.
        if (!(error instanceof Problem && error.code === 'not_found')) throw error;
      }
    }
    if (rows.length < AT_ONCE || stop.aborted) break;
  }
  if (swept.jobs > 0) log.info({ ...swept, days }, 'deleted jobs that ended long ago');
  return swept;
}
