// Webhooks: a row each, and a row per delivery, inserted by the statement that ends the job (transitions.ts). A pending delivery is a row,
// so nothing is lost if a process dies.

import { Problem } from '#contracts/errors.ts';
import type { Database, Queryable } from '../database.ts';
import { createKept } from '../idempotency.ts';
import { inScope, ownerOf, type Scope } from '../scope.ts';
import type { DeliveryRecord, WebhookRecord, WebhookStore } from './webhook-record.ts';

/** Maximum webhooks per tenant: every job sends a message to each. */
const MOST = 20;

const COLUMNS = `id, url, name, created_at AS "createdAt", disabled_at AS "disabledAt"`;

export const DELIVERY_COLUMNS = `
  delivery.id, webhook_id AS "webhookId", event, job_id AS "jobId", stop_reason AS "stopReason",
  delivery.created_at AS "createdAt", attempts, due_at AS "dueAt", delivered_at AS "deliveredAt",
  response_status AS "responseStatus", error`;

const INSERT = `
  INSERT INTO webhook (id, tenant, url, name, secret) VALUES ($1, $2, $3, $4, $5) RETURNING ${COLUMNS}`;

const LIST = `
  SELECT ${COLUMNS} FROM webhook WHERE ${inScope('$1')} AND ($2::text IS NULL OR id < $2) ORDER BY id DESC LIMIT $3`;

/** A condition for deliveries; the parameter is the scope. */
const ofScope = (parameter: string) =>
  `EXISTS (SELECT FROM webhook WHERE webhook.id = delivery.webhook_id AND ${inScope(parameter)})`;

const DELIVERIES = `
  SELECT ${DELIVERY_COLUMNS} FROM webhook_delivery AS delivery
  WHERE webhook_id = $1 AND ${ofScope('$2')}
    AND ($3::text IS NULL OR (created_at, id) < (SELECT created_at, id FROM webhook_delivery WHERE id = $3))
  ORDER BY delivery.created_at DESC, delivery.id DESC LIMIT $4`;

const TEST = `
  INSERT INTO webhook_delivery AS delivery (id, webhook_id, event, due_at)
  SELECT 'msg_' || replace(gen_random_uuid()::text, '-', ''), id, 'webhook.test', clock_timestamp()
  FROM webhook WHERE id = $1 AND ${inScope('$2')}
  RETURNING ${DELIVERY_COLUMNS}`;

export function openWebhooks({ pool, transaction }: Database, scope: Scope = null): WebhookStore {
  const write = async (client: Queryable, values: unknown[]): Promise<WebhookRecord> => {
    const { rows } = await client.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM webhook WHERE tenant = $1',
      [ownerOf(scope)],
    );
    if ((rows[0]?.count ?? 0) >= MOST) {
      throw new Problem('limit_exceeded', `there are already ${MOST} webhooks, the limit: delete one`);
    }
    return (await client.query<WebhookRecord>(INSERT, values)).rows[0]!;
  };
  return {
    create: ({ id, url, name, secret }, keep) =>
      transaction((client) =>
        createKept(client, keep, () => write(client, [id, ownerOf(scope), url, name, secret])),
      ),
    async get(id) {
      const sql = `SELECT ${COLUMNS} FROM webhook WHERE id = $1 AND ${inScope('$2')}`;
      return (await pool.query<WebhookRecord>(sql, [id, scope])).rows[0] ?? null;
    },
    async list({ limit, after }) {
      const { rows } = await pool.query<WebhookRecord>(LIST, [scope, after ?? null, limit + 1]);
      return { items: rows.slice(0, limit), hasMore: rows.length > limit };
    },
    async delete(id) {
      const sql = `DELETE FROM webhook WHERE id = $1 AND ${inScope('$2')}`;
      return (await pool.query(sql, [id, scope])).rowCount === 1;
    },
    async deliveries(webhookId, { limit, after }) {
      const values = [webhookId, scope, after ?? null, limit + 1];
      const { rows } = await pool.query<DeliveryRecord>(DELIVERIES, values);
      return { items: rows.slice(0, limit), hasMore: rows.length > limit };
    },
    async test(webhookId) {
      const { rows } = await pool.query<DeliveryRecord>(TEST, [webhookId, scope]);
      if (rows[0] === undefined) throw new Problem('not_found', `no webhook ${webhookId}`);
      return rows[0];
    },
  };
}
