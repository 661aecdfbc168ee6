// Load figures for an operator's metrics: the jobs by status, the workers, and how busy this process's connection pools are.

import type { JobStatus } from '#contracts/jobs/job.ts';
import type { Database, PoolName } from './database.ts';
import { LIVE_SECONDS } from './workers.ts';

export interface JobLoad {
  /** Statuses without jobs are omitted. */
  jobs: Partial<Record<JobStatus, number>>;
  /** Age of the oldest queued job; 0 if none is queued. */
  oldestQueuedSeconds: number;
  /** Total over all running jobs, as last reported. */
  samplesPerSecond: number;
  stepsPerSecond: number;
  workers: number;
  /** Jobs that the live workers can train concurrently. */
  slots: number;
}

export interface PoolUse {
  pool: PoolName;
  /** Open connections, including idle ones. */
  open: number;
  idle: number;
  waiting: number;
  limit: number;
}

export interface LoadReader {
  read(): Promise<JobLoad>;
  /** Needs no query: available even if the database is unreachable. */
  pools(): PoolUse[];
}

const BY_STATUS = 'SELECT status, count(*)::int AS jobs FROM job GROUP BY status';

const WAITING = `
  SELECT coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)::float8 AS oldest
  FROM job WHERE status = 'queued'`;

/** Reports older than this are ignored. */
const STALE_SECONDS = 60;

const SPEED = `
  SELECT coalesce(sum(samples_per_sec), 0)::float8 AS samples,
         coalesce(sum(samples_per_sec / (spec->'training'->>'batch_size')::float8), 0)::float8 AS steps
  FROM job
  WHERE status = 'running' AND progress_at > clock_timestamp() - make_interval(secs => ${STALE_SECONDS})`;

const WORKERS = `
  SELECT count(*)::int AS workers, coalesce(sum(concurrency), 0)::int AS slots FROM worker
  WHERE seen_at > clock_timestamp() - make_interval(secs => ${LIVE_SECONDS})`;

export function openLoad({ pool, leases, bulk }: Pick<Database, 'pool' | 'leases' | 'bulk'>): LoadReader {
  return {
    async read() {
      const [byStatus, waiting, speed, workers] = await Promise.all([
        pool.query<{ status: JobStatus; jobs: number }>(BY_STATUS),
        pool.query<{ oldest: number }>(WAITING),
        pool.query<{ samples: number; steps: number }>(SPEED),
        pool.query<{ workers: number; slots: number }>(WORKERS),
      ]);
      return {
        jobs: Object.fromEntries(byStatus.rows.map(({ status, jobs }) => [status, jobs])),
        oldestQueuedSeconds: Math.max(0, waiting.rows[0]?.oldest ?? 0),
        samplesPerSecond: speed.rows[0]?.samples ?? 0,
        stepsPerSecond: speed.rows[0]?.steps ?? 0,
        workers: workers.rows[0]?.workers ?? 0,
        slots: workers.rows[0]?.slots ?? 0,
      };
    },
    pools: () =>
      Object.entries({ requests: pool, leases: leases.pool, bulk: bulk.pool }).map(([name, it]) => ({
        pool: name as PoolName,
        open: it.totalCount,
        idle: it.idleCount,
        waiting: it.waitingCount,
        limit: it.options.max,
      })),
  };
}
