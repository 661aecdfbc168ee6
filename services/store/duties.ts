// Periodic work that one process does for all: the first process after the interval takes the duty, the others skip it. It is a row with
// the database's clock rather than a session lock, so a process that loses its connection while it has the duty holds the others up for one
// interval at most.

import type { Database } from './database.ts';
import type { DutyStore } from './interface.ts';

const TAKE = `
  INSERT INTO duty (name) VALUES ($1)
  ON CONFLICT (name) DO UPDATE SET taken_at = clock_timestamp()
    WHERE duty.taken_at < clock_timestamp() - make_interval(secs => $2::float8)
  RETURNING 1`;

export function openDuties({ pool }: Pick<Database, 'pool'>): DutyStore {
  return {
    async take(name, everySeconds) {
      return (await pool.query(TAKE, [name, everySeconds])).rowCount === 1;
    },
  };
}
