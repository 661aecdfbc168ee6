// A delivery's message. Every attempt sends the same bytes.

import type { WebhookMessage } from '#contracts/webhooks.ts';
import type { DeliveryRecord } from '#store/store.ts';

const STATUS = {
  'job.succeeded': 'succeeded',
  'job.failed': 'failed',
  'job.cancelled': 'cancelled',
  'webhook.test': null,
} as const;

export function messageOf({ event, createdAt, jobId, stopReason }: DeliveryRecord): WebhookMessage {
  return {
    type: event,
    timestamp: createdAt.toISOString(),
    data: {
      job_id: jobId,
      status: STATUS[event],
      stop_reason: stopReason,
      path: jobId === null ? null : `/jobs/${jobId}`,
    },
  };
}
