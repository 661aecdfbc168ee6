// Thins the events of jobs that ended long ago, if a retention time is configured. Epoch events are deleted, because the epochs' values are
// kept in blocks (history.ts) that take a hundredth of the space; status changes, checkpoints and log messages stay.

import { TERMINAL_STATUSES } from '#contracts/jobs/job.ts';
import type { Database } from '../database.ts';

const AT_ONCE = 100;

// Jobs of versions that stored no history blocks keep their events.
const THIN = `
  WITH old AS (
    SELECT id FROM job
    WHERE status = ANY ($1) AND finished_at < clock_timestamp() - make_interval(days => $2)
      AND events_thinned_at IS NULL AND EXISTS (SELECT FROM epoch_block WHERE job_id = job.id)
    ORDER BY finished_at LIMIT ${AT_ONCE} FOR UPDATE SKIP LOCKED
  ), marked AS (
    UPDATE job SET events_thinned_at = clock_timestamp() FROM old WHERE job.id = old.id
  ), thinned AS (
    DELETE FROM job_event USING old WHERE job_id = old.id AND type = 'metrics' RETURNING 1
  )
  SELECT (SELECT count(*)::int FROM old) AS jobs, (SELECT count(*)::int FROM thinned) AS events`;

export interface Thinned {
  jobs: number;
  events: number;
}

/** Thins every job that ended more than `days` ago, once. Stops early when `stop` is aborted. */
export async function thinEvents(
  { pool, log }: Pick<Database, 'pool' | 'log'>,
  days: number,
  stop: AbortSignal,
): Promise<Thinned> {
  const all: Thinned = { jobs: 0, events: 0 };
  while (!stop.aborted) {
    const { rows } = await pool.query<Thinned>(THIN, [TERMINAL_STATUSES, days]);
    const { jobs = 0, events = 0 } = rows[0] ?? {};
    all.jobs += jobs;
    all.events += events;
    if (jobs < AT_ONCE) break;
  }
  if (all.jobs > 0) log.info({ ...all, days }, 'thinned the events of jobs that ended long ago');
  return all;
}
