// Webhooks and their deliveries as the store's interface represents them.

import type { StopReason } from '#contracts/jobs/job.ts';
import type { WebhookEvent } from '#contracts/webhooks.ts';
import type { KeepReply } from '../interface.ts';
import type { Page, Paged } from '../page.ts';

export interface WebhookRecord {
  id: string;
  url: string;
  name: string | null;
  createdAt: Date;
  disabledAt: Date | null;
}

export interface NewWebhook extends Pick<WebhookRecord, 'id' | 'url' | 'name'> {
  secret: string;
}

export interface DeliveryRecord {
  id: string;
  webhookId: string;
  event: WebhookEvent;
  jobId: string | null;
  stopReason: StopReason | null;
  createdAt: Date;
  attempts: number;
  /** When the next attempt is due; null if there is none. */
  dueAt: Date | null;
  deliveredAt: Date | null;
  responseStatus: number | null;
  error: string | null;
}

/** A delivery due now, with what is needed to send it. */
export interface DueDelivery extends DeliveryRecord {
  url: string;
  secret: string;
}

export interface Attempt {
  /** Null if there was no response. */
  responseStatus: number | null;
  /** Null if delivered. */
  error: string | null;
  /** Seconds until the next attempt; null if there is none. */
  againIn: number | null;
  /** The receiver asked for no more messages. */
  gone: boolean;
}

/** What a tenant can do with its webhooks. */
export interface WebhookStore {
  /** Throws Problem `limit_exceeded` if the tenant has too many, and KeyTaken if the key of `keep` was used. */
  create(webhook: NewWebhook, keep?: KeepReply<WebhookRecord>): Promise<WebhookRecord>;
  get(id: string): Promise<WebhookRecord | null>;
  /** Newest first. */
  list(page: Page): Promise<Paged<WebhookRecord>>;
  /** Also deletes its deliveries. False if it does not exist. */
  delete(id: string): Promise<boolean>;
  /** Newest first. */
  deliveries(webhookId: string, page: Page): Promise<Paged<DeliveryRecord>>;
  /** Queues a message that only tests delivery. */
  test(webhookId: string): Promise<DeliveryRecord>;
}

/** What the sender does, for all tenants. */
export interface DeliveryQueue {
  /** Leases due deliveries for a minute: if a sender dies, another one retries. */
  take(limit: number): Promise<DueDelivery[]>;
  record(id: string, attempt: Attempt): Promise<void>;
  /** Deletes deliveries that were finished long ago. */
  sweep(days: number): Promise<void>;
}
