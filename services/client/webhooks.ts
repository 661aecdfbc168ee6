// Requests for webhooks.

import type { Page } from '#contracts/list.ts';
import type { CreatedWebhook, Webhook, WebhookDelivery, WebhookRequest } from '#contracts/webhooks.ts';
import type { Http } from './http.ts';
import type { Listing } from './jobs.ts';

export interface Webhooks {
  /** The reply's `secret` is shown only this once. */
  create(request: WebhookRequest, options?: { idempotencyKey?: string }): Promise<CreatedWebhook>;
  list(query?: Listing, signal?: AbortSignal): Promise<Page<Webhook>>;
  get(id: string, signal?: AbortSignal): Promise<Webhook>;
  delete(id: string): Promise<void>;
  /** Deliveries, newest first. */
  deliveries(id: string, query?: Listing, signal?: AbortSignal): Promise<Page<WebhookDelivery>>;
  /** Sends a test message at once. */
  test(id: string): Promise<WebhookDelivery>;
}

export function webhooksOf(http: Http): Webhooks {
  const at = (id: string) => `/webhooks/${encodeURIComponent(id)}`;
  return {
    create: (body, options) => http.json('/webhooks', { method: 'POST', body, creates: true, ...options }),
    list: (query, signal) => http.json('/webhooks', { query: { ...query }, signal }),
    get: (id, signal) => http.json(at(id), { signal }),
    delete: async (id) => void (await http.delete(at(id))),
    deliveries: (id, query, signal) => http.json(`${at(id)}/deliveries`, { query: { ...query }, signal }),
    test: (id) => http.json(`${at(id)}/test`, { method: 'POST' }),
  };
}
