// Webhooks in the API: messages about ended jobs, in the form of Standard Webhooks (https://www.standardwebhooks.com).

import { z } from 'zod';
import { StopReason } from './jobs/job.ts';
import { Name } from './text.ts';

export const SECRET_PREFIX = 'whsec_';

/** `webhook.test` is only sent on request. */
export const WebhookEvent = z.enum(['job.succeeded', 'job.failed', 'job.cancelled', 'webhook.test']);
export type WebhookEvent = z.infer<typeof WebhookEvent>;

const Url = z
  .string()
  .max(2_000)
  .refine((text) => ['http:', 'https:'].includes(URL.parse(text)?.protocol ?? ''), {
    error: 'expected a URL that begins with https:// or http://',
  })
  .refine((text) => (URL.parse(text)?.username ?? '') === '' && (URL.parse(text)?.password ?? '') === '', {
    error: 'contains a user name or a password: messages are signed instead',
  });

/** 24 to 64 random bytes in base64, as in Standard Webhooks. */
const Secret = z.string().regex(/^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/, {
  error: 'expected whsec_ and 24 to 64 random bytes in base64',
});

export const WebhookRequest = z.strictObject({
  url: Url.describe('URL that messages are posted to'),
  name: Name.optional(),
  secret: Secret.optional().describe('Secret for signing messages; generated if omitted'),
});
export type WebhookRequest = z.infer<typeof WebhookRequest>;

export const Webhook = z.object({
  id: z.string(),
  object: z.literal('webhook'),
  url: z.string(),
  name: z.string().nullable(),
  created_at: z.iso.datetime(),
  disabled_at: z.iso.datetime().nullable().describe('When it replied 410 Gone; nothing more is sent to it'),
});
export type Webhook = z.infer<typeof Webhook>;

export const CreatedWebhook = Webhook.extend({
  secret: z.string().nullable().describe('Returned only once; null if the reply is repeated'),
});
export type CreatedWebhook = z.infer<typeof CreatedWebhook>;

export const WebhookDelivery = z.object({
  id: z.string().describe('The `webhook-id`, the same in every attempt: use it to discard duplicates'),
  object: z.literal('webhook.delivery'),
  webhook_id: z.string(),
  event: WebhookEvent,
  job_id: z.string().nullable(),
  status: z.enum(['pending', 'delivered', 'failed']),
  attempts: z.number().int(),
  created_at: z.iso.datetime(),
  delivered_at: z.iso.datetime().nullable(),
  next_attempt_at: z.iso.datetime().nullable(),
  response_status: z.number().int().nullable().describe('Status of the last attempt that got a response'),
  error: z.string().nullable().describe('Why the last attempt failed'),
});
export type WebhookDelivery = z.infer<typeof WebhookDelivery>;

/** Thin, so that nothing in it is stale or secret: the receiver asks for the job's current state. */
export const WebhookMessage = z.object({
  type: WebhookEvent,
  timestamp: z.iso.datetime().describe('When it happened'),
  data: z.object({
    job_id: z.string().nullable(),
    status: z.enum(['succeeded', 'failed', 'cancelled']).nullable(),
    stop_reason: StopReason.nullable(),
    path: z.string().nullable().describe('Path of the job, relative to the base URL of the API'),
  }),
});
export type WebhookMessage = z.infer<typeof WebhookMessage>;
