// Where jobs stand in the queue, and when they may begin, in the order in which workers claim (turns.ts). The database counts:
// nobody loads the queue.

import { HELD_STATUSES } from '#contracts/job.ts';
import type { Database } from './database.ts';

export interface Place {
  /** 1 is next. */
  position: number;
  /**
   * When the workers that are busy now will have had so many jobs end that this one's turn has come; null where that
   * hangs on jobs that have not begun, or on ones that cannot tell yet how long they take.
   */
  estimatedStart: Date | null;
}

/** What decides where a job that is not created yet would stand. */
export interface Newcomer {
  tenant: string;
  priority: number;
  keyId: string | null;
}

export interface QueuePlaces {
  /** Of those among `ids` that wait. */
  of(ids: readonly string[]): Promise<Map<string, Place>>;
  /** Of a job that is about to be created. */
  next(newcomer: Newcomer): Promise<Place>;
}

const HELD = HELD_STATUSES.map((status) => `'${status}'`).join(', ');

// Each claim takes the highest priority, there the tenant with the fewest running jobs, there the oldest job, and adds one to
// that tenant's running jobs. So within a priority a job's turn is the number of jobs that its tenant has running by then: those
// that run now, and those of its own that are claimed before. A job whose key runs as many as it may has to wait for one of them
// to end, whatever else ends: it stands behind all others.
const POSITIONS = `
  WITH held AS MATERIALIZED (
    SELECT tenant, key_id, count(*) AS running FROM job WHERE status IN (${HELD}) GROUP BY tenant, key_id
  ), busy AS (SELECT tenant, sum(running) AS running FROM held GROUP BY tenant
  ), used AS (SELECT key_id, sum(running) AS running FROM held GROUP BY key_id
  ), waiting AS (
    SELECT id, tenant, key_id, priority, false AS new FROM job WHERE status = 'queued'
    UNION ALL SELECT 'new', $2, $4, $3, true WHERE $2::text IS NOT NULL
  ), ranked AS (
    SELECT waiting.id, priority, new,
      row_number() OVER (PARTITION BY waiting.tenant ORDER BY priority DESC, new, waiting.id) + coalesce(busy.running, 0) AS turn,
      coalesce(row_number() OVER (PARTITION BY waiting.key_id ORDER BY priority DESC, new, waiting.id) + coalesce(used.running, 0)
        > (api_key.limits ->> 'running_jobs')::bigint, false) AS held_back
    FROM waiting
    LEFT JOIN busy ON busy.tenant = waiting.tenant
    LEFT JOIN used ON used.key_id = waiting.key_id
    LEFT JOIN api_key ON api_key.id = waiting.key_id
  ), placed AS (
    SELECT id, held_back, row_number() OVER (ORDER BY held_back, priority DESC, turn, new, id) AS position FROM ranked
  )
  SELECT id, position::int, held_back AS "heldBack" FROM placed WHERE id = ANY ($1)`;

// An ETA was true when it was written; one beyond a century (a pace of nothing) is none.
const ENDS = `
  SELECT progress_at + make_interval(secs => eta_seconds) AS ends
  FROM job
  WHERE status = 'running' AND eta_seconds < 3e9
  ORDER BY ends LIMIT $1`;

/** With so many ahead of a job nobody can say when it begins. */
const FORESEEN = 64;

interface Row {
  id: string;
  position: number;
  heldBack: boolean;
}

export function openQueuePlaces({ pool }: Pick<Database, 'pool'>): QueuePlaces {
  /** The k-th job to begin does so when the k-th of those that run has ended. */
  const withStarts = async (rows: readonly Row[]): Promise<Map<string, Place>> => {
    const soon = rows.filter(({ position, heldBack }) => !heldBack && position <= FORESEEN);
    const most = Math.max(0, ...soon.map(({ position }) => position));
    const { rows: ending } = most === 0 ? { rows: [] } : await pool.query<{ ends: Date }>(ENDS, [most]);
    const startOf = ({ position, heldBack }: Row): Date | null => {
      const ends = heldBack ? undefined : ending[position - 1]?.ends;
      return ends === undefined ? null : new Date(Math.max(Date.now(), ends.getTime()));
    };
    return new Map(rows.map((row) => [row.id, { position: row.position, estimatedStart: startOf(row) }]));
  };

  return {
    async of(ids) {
      if (ids.length === 0) return new Map();
      const { rows } = await pool.query<Row>(POSITIONS, [ids, null, null, null]);
      return withStarts(rows);
    },
    async next({ tenant, priority, keyId }) {
      const { rows } = await pool.query<Row>(POSITIONS, [['new'], tenant, priority, keyId]);
      return (await withStarts(rows)).get('new') as Place;
    },
  };
}
