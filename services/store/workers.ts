// The registry of live workers: each writes its row every few seconds and deletes it when it closes. Rows of killed workers are swept by
// the others.

import type { Database } from './database.ts';
import type { WorkerRecord, WorkerStore } from './worker-record.ts';

/** A worker not seen for this long counts as dead. */
export const LIVE_SECONDS = 30;
/** Its row is deleted after this. */
const SWEPT_SECONDS = 600;

const SEEN = 'UPDATE worker SET seen_at = clock_timestamp() WHERE id = $1';
const APPEAR = `
  INSERT INTO worker (id, host, concurrency, devices) VALUES ($1, $2, $3, $4)
  ON CONFLICT (id) DO UPDATE SET seen_at = clock_timestamp()`;
const SWEEP = `DELETE FROM worker WHERE seen_at < clock_timestamp() - make_interval(secs => ${SWEPT_SECONDS})`;

const LIVE = `
  SELECT id, host, concurrency, devices, started_at AS "startedAt", seen_at AS "seenAt" FROM worker
  WHERE seen_at > clock_timestamp() - make_interval(secs => ${LIVE_SECONDS})
  ORDER BY started_at, id`;

export function openWorkers({ pool }: Database): WorkerStore {
  return {
    async beat({ id, host, concurrency, devices }) {
      if ((await pool.query(SEEN, [id])).rowCount === 1) return;
      await pool.query(APPEAR, [id, host, concurrency, JSON.stringify(devices)]);
    },
    async sweep() {
      await pool.query(SWEEP);
    },
    async remove(id) {
      await pool.query('DELETE FROM worker WHERE id = $1', [id]);
    },
    async live() {
      return (await pool.query<WorkerRecord>(LIVE)).rows;
    },
  };
}
