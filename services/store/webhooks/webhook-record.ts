// Webhooks and their deliveries as the store gives them and takes them.

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
  /** When it is sent next; null where it never is again. */
  dueAt: Date | null;
  deliveredAt: Date | null;
  responseStatus: number | null;
  error: string | null;
}

/** One that is to be sent now, with what that takes. */
export interface DueDelivery extends DeliveryRecord {
  url: string;
  secret: string;
}

export interface Attempt {
  /** Null if there was no response. */
  responseStatus: number | null;
  /** Null where it arrived. */
  error: string | null;
  /** Seconds until it is tried again; null where it is not. */
  againIn: number | null;
  /** The receiver wants no more messages. */
  gone: boolean;
}

/** What a tenant does with its webhooks. */
export interface WebhookStore {
  /** Throws Problem `limit_exceeded` where the tenant has many, and KeyTaken where the key of `keep` was used. */
  create(webhook: NewWebhook, keep?: KeepReply<WebhookRecord>): Promise<WebhookRecord>;
  get(id: string): Promise<WebhookRecord | null>;
  /** Newest first. */
  list(page: Page): Promise<Paged<WebhookRecord>>;
  /** With its deliveries. False where there is none. */
  delete(id: string): Promise<boolean>;
  /** Newest first. */
  deliveries(webhookId: string, page: Page): Promise<Paged<DeliveryRecord>>;
  /** A message that only tests delivery. */
  test(webhookId: string): Promise<DeliveryRecord>;
}

/** What the sender does with everybody's. */
export interface DeliveryQueue {
  /** Those that are due, taken for a minute: a sender that dies leaves them to the next one. */
  take(limit: number): Promise<DueDelivery[]>;
  record(id: string, attempt: Attempt): Promise<void>;
  /** Deliveries that ended long ago are forgotten. */
  sweep(days: number): Promise<void>;
}
