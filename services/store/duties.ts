// Work that one process does for all of them, every so often: whoever comes first after that time takes the duty, and the
// others leave it. A row and the database's clock, not a lock of a session: a process that is cut off while it has the duty
// keeps nobody waiting for longer than that time.

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
