// Webhooks and their deliveries in the API's form.

import type { Webhook, WebhookDelivery } from '#contracts/webhooks.ts';
import type { DeliveryRecord, WebhookRecord } from '#store/store.ts';

export function presentWebhook({ id, url, name, createdAt, disabledAt }: WebhookRecord): Webhook {
  return {
    id,
    object: 'webhook',
    url,
    name,
    created_at: createdAt.toISOString(),
    disabled_at: disabledAt?.toISOString() ?? null,
  };
}

export function presentDelivery(record: DeliveryRecord): WebhookDelivery {
  const { deliveredAt, dueAt } = record;
  return {
    id: record.id,
    object: 'webhook.delivery',
    webhook_id: record.webhookId,
    event: record.event,
    job_id: record.jobId,
    status: deliveredAt !== null ? 'delivered' : dueAt !== null ? 'pending' : 'failed',
    attempts: record.attempts,
    created_at: record.createdAt.toISOString(),
    delivered_at: deliveredAt?.toISOString() ?? null,
    next_attempt_at: deliveredAt === null ? (dueAt?.toISOString() ?? null) : null,
    response_status: record.responseStatus,
    error: record.error,
  };
}
