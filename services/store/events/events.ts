// A job's events: rows read by cursor, and a notification when there may be more.

import { eventId } from '#contracts/ids.ts';
import type { JobEvent } from '#contracts/jobs/events.ts';
import type { Database } from '../database.ts';
import type { EventStore } from '../interface.ts';
import { jobInScope, type Scope } from '../scope.ts';
import type { Notifications } from './notifications.ts';

// The byte limit is applied in SQL, so that the excess never leaves the database.
const LIST = `
  SELECT seq, ts, type, attempt, data FROM (
    SELECT *, sum(octet_length(data::text)) OVER (ORDER BY seq) - octet_length(data::text) AS bytes_before
    FROM (
      SELECT seq, ts, type, attempt, data FROM job_event
      WHERE job_id = $1 AND seq > $2 AND ${jobInScope('$1', '$4')} ORDER BY seq LIMIT $3
    ) AS rows
  ) AS page
  WHERE bytes_before < $5 OR $5 IS NULL ORDER BY seq`;

interface Row {
  seq: number;
  ts: Date;
  type: string;
  attempt: number;
  data: unknown;
}

const skippedAt = (skipped: number) => (skipped > 0 ? { skipped } : {});

export function openEvents(
  { pool }: Database,
  notifications: Notifications,
  scope: Scope = null,
): EventStore {
  return {
    async list(jobId, { after, limit, bytes }) {
      const { rows } = await pool.query<Row>(LIST, [jobId, after, limit, scope, bytes ?? null]);
      // Sequence numbers are assigned without gaps: a missing one was deleted (thin-events.ts).
      return rows.map(
        ({ seq, ts, type, attempt, data }, i) =>
          ({
            ...skippedAt(seq - 1 - (rows[i - 1]?.seq ?? after)),
            id: eventId(jobId, seq),
            object: 'job.event',
            job_id: jobId,
            seq,
            ts: ts.getTime(),
            type,
            attempt,
            data,
          }) as JobEvent,
      );
    },
    subscribe: (jobId, onNotify) => notifications.subscribe(jobId, onNotify),
    subscribeOrders: (jobId, onNotify) => notifications.orders.subscribe(jobId, onNotify),
  };
}
