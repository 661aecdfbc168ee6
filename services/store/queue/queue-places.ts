// Where jobs stand in the queue, and when they may begin, in the order in which workers claim (turns.ts). The database counts:
// nobody loads the queue.

import type { Database } from '../database.ts';
import { singleFlight } from '../single-flight.ts';
import { NEXT_POSITION, POSITIONS } from './place-sql.ts';

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

// An ETA was true when it was written; one beyond a century (a pace of nothing) is none.
const ENDS = `
  SELECT progress_at + make_interval(secs => eta_seconds) AS ends
  FROM job
  WHERE status = 'running' AND eta_seconds < 3e9
  ORDER BY ends LIMIT $1`;

/** With so many jobs ahead, its start cannot be predicted. */
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

  /** Many jobs created at once need the same query. */
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
