// Webhook deliveries that are due: each is taken by one sender at a time, retried later on failure, and deleted after some weeks.

import type { Database } from '../database.ts';
import type { DeliveryQueue, DueDelivery } from './webhook-record.ts';
import { DELIVERY_COLUMNS } from './webhooks.ts';

/** How long a sender may take before another one retries. */
const TAKEN = "interval '60 seconds'";

const TAKE = `
  WITH due AS (
    SELECT delivery.id FROM webhook_delivery AS delivery JOIN webhook ON webhook.id = webhook_id
    WHERE due_at <= clock_timestamp() AND disabled_at IS NULL
    ORDER BY due_at LIMIT $1 FOR UPDATE OF delivery SKIP LOCKED
  )
  UPDATE webhook_delivery AS delivery SET attempts = attempts + 1, due_at = clock_timestamp() + ${TAKEN}
  FROM due, webhook WHERE delivery.id = due.id AND webhook.id = delivery.webhook_id
  RETURNING ${DELIVERY_COLUMNS}, webhook.url, webhook.secret`;

const RECORD = `
  UPDATE webhook_delivery SET
    response_status = $2, error = $3,
    due_at = clock_timestamp() + make_interval(secs => $4::float8),
    delivered_at = CASE WHEN $3::text IS NULL THEN clock_timestamp() END
  WHERE id = $1 AND delivered_at IS NULL RETURNING webhook_id`;

// Pending deliveries would otherwise wait forever.
const DISABLE = `
  WITH gone AS (UPDATE webhook SET disabled_at = clock_timestamp() WHERE id = $1 RETURNING id)
  UPDATE webhook_delivery SET due_at = NULL, error = 'the webhook was disabled'
  FROM gone WHERE webhook_id = gone.id AND due_at IS NOT NULL`;

const SWEEP = `
  DELETE FROM webhook_delivery WHERE due_at IS NULL AND created_at < clock_timestamp() - make_interval(days => $1)`;

export function openDeliveries({ pool }: Pick<Database, 'pool'>): DeliveryQueue {
  return {
    async take(limit) {
      return (await pool.query<DueDelivery>(TAKE, [limit])).rows;
    },
    async record(id, { responseStatus, error, againIn, gone }) {
      const { rows } = await pool.query<{ webhook_id: string }>(RECORD, [id, responseStatus, error, againIn]);
      if (gone && rows[0] !== undefined) await pool.query(DISABLE, [rows[0].webhook_id]);
    },
    async sweep(days) {
      await pool.query(SWEEP, [days]);
    },
  };
}
