// The jobs' places in the queue and their estimated start times, in the order in which workers claim (turns.ts). The database counts; no
// process loads the whole queue.

import type { Database } from '../database.ts';
import { singleFlight } from '../single-flight.ts';
import { NEXT_POSITION, POSITIONS } from './place-sql.ts';

export interface Place {
  /** 1-based. */
  position: number;
  /**
   * When enough running jobs will have ended for this job's turn to come; null if that depends on jobs that have not started or have no
   * estimate yet.
   */
  estimatedStart: Date | null;
}

/** What determines the position of a job that has not been created yet. */
export interface Newcomer {
  tenant: string;
  priority: number;
  keyId: string | null;
}

export interface QueuePlaces {
  /** Places of those among `ids` that are waiting. */
  of(ids: readonly string[]): Promise<Map<string, Place>>;
  /** The place of a job about to be created. */
  next(newcomer: Newcomer): Promise<Place>;
}

// An ETA counts from when it was written; one beyond a century (a speed near zero) is ignored.
const ENDS = `
  SELECT progress_at + make_interval(secs => eta_seconds) AS ends
  FROM job
  WHERE status = 'running' AND eta_seconds < 3e9
  ORDER BY ends LIMIT $1`;

/** Beyond this position, the start is not predicted. */
const LAST_PREDICTED = 64;

interface Row {
  id: string;
  position: number;
  heldBack: boolean;
}

export function openQueuePlaces({ pool }: Pick<Database, 'pool'>): QueuePlaces {
  /** The k-th waiting job starts when the k-th running job ends. */
  const withStarts = async (rows: readonly Row[]): Promise<Map<string, Place>> => {
    const soon = rows.filter(({ position, heldBack }) => !heldBack && position <= LAST_PREDICTED);
    const most = Math.max(0, ...soon.map(({ position }) => position));
    const { rows: ending } = most === 0 ? { rows: [] } : await pool.query<{ ends: Date }>(ENDS, [most]);
    const startOf = ({ position, heldBack }: Row): Date | null => {
      const ends = heldBack ? undefined : ending[position - 1]?.ends;
      return ends === undefined ? null : new Date(Math.max(Date.now(), ends.getTime()));
    };
    return new Map(rows.map((row) => [row.id, { position: row.position, estimatedStart: startOf(row) }]));
  };

  /** Many jobs created at once share one query. */
  const next = singleFlight(async (newcomer: string) => {
    const { rows } = await pool.query<Row>(NEXT_POSITION, JSON.parse(newcomer));
    return (await withStarts(rows)).get('new') as Place;
  });

  return {
    async of(ids) {
      if (ids.length === 0) return new Map();
      const { rows } = await pool.query<Row>(POSITIONS, [ids]);
      return withStarts(rows);
    },
    next: ({ tenant, priority, keyId }) => next(JSON.stringify([tenant, priority, keyId])),
  };
}
