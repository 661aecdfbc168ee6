// The workers that live: each writes its row every few seconds, and takes it away when it closes. Rows of workers that were
// killed are swept by the others.

import type { Database } from './database.ts';
import type { WorkerRecord, WorkerStore } from './worker-record.ts';

/** A worker that was not seen for so long is not offered to anybody. */
export const LIVE_SECONDS = 30;
/** … and its row is deleted after this. */
const SWEPT_SECONDS = 600;

const BEAT = `
  WITH swept AS (
    DELETE FROM worker WHERE seen_at < clock_timestamp() - make_interval(secs => ${SWEPT_SECONDS})
  )
  INSERT INTO worker (id, host, concurrency, devices) VALUES ($1, $2, $3, $4)
  ON CONFLICT (id) DO UPDATE SET seen_at = clock_timestamp(), devices = EXCLUDED.devices`;

const LIVE = `
  SELECT id, host, concurrency, devices, started_at AS "startedAt", seen_at AS "seenAt" FROM worker
  WHERE seen_at > clock_timestamp() - make_interval(secs => ${LIVE_SECONDS})
  ORDER BY started_at, id`;

export function openWorkers({ pool }: Database): WorkerStore {
  return {
    async beat({ id, host, concurrency, devices }) {
      await pool.query(BEAT, [id, host, concurrency, JSON.stringify(devices)]);
    },
    async remove(id) {
      await pool.query('DELETE FROM worker WHERE id = $1', [id]);
    },
    async live() {
      return (await pool.query<WorkerRecord>(LIVE)).rows;
    },
  };
}
