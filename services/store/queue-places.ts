// Where jobs stand in the queue, and when they may begin. The database counts: nobody loads the queue.

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

export interface QueuePlaces {
  /** Of those among `ids` that wait. */
  of(ids: readonly string[]): Promise<Map<string, Place>>;
  /** Of a job that is about to be created. */
  next(): Promise<Place>;
}

const POSITIONS = `
  SELECT id, position::int FROM (
    SELECT id, row_number() OVER (ORDER BY id) AS position FROM job
    WHERE status = 'queued' AND id <= (SELECT max(wanted) FROM unnest($1::text[]) AS wanted)
  ) AS waiting WHERE id = ANY ($1)`;

const COUNT = `SELECT count(*)::int AS position FROM job WHERE status = 'queued'`;

// An ETA was true when it was written.
const ENDS = `
  SELECT progress_at + make_interval(secs => eta_seconds) AS ends
  FROM job
  WHERE status = 'running' AND eta_seconds IS NOT NULL
  ORDER BY ends LIMIT $1`;

/** With so many ahead of a job nobody can say when it begins. */
const FORESEEN = 64;

export function openQueuePlaces({ pool }: Pick<Database, 'pool'>): QueuePlaces {
  /** The k-th job to begin does so when the k-th of those that run has ended. */
  const withStarts = async (positions: ReadonlyMap<string, number>): Promise<Map<string, Place>> => {
    const soon = [...positions.values()].filter((position) => position <= FORESEEN);
    const { rows } =
      soon.length === 0 ? { rows: [] } : await pool.query<{ ends: Date }>(ENDS, [Math.max(...soon)]);
    const place = (position: number): Place => {
      const ends = rows[position - 1]?.ends;
      const now = Date.now();
      return {
        position,
        estimatedStart: ends === undefined ? null : new Date(Math.max(now, ends.getTime())),
      };
    };
    return new Map(Array.from(positions, ([id, position]) => [id, place(position)]));
  };

  return {
    async of(ids) {
      if (ids.length === 0) return new Map();
      const { rows } = await pool.query<{ id: string; position: number }>(POSITIONS, [ids]);
      return withStarts(new Map(rows.map(({ id, position }) => [id, position])));
    },
    async next() {
      const { rows } = await pool.query<{ position: number }>(COUNT);
      const places = await withStarts(new Map([['next', (rows[0]?.position ?? 0) + 1]]));
      return places.get('next') as Place;
    },
  };
}
