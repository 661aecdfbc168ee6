// Sends due deliveries, a few at a time, and schedules retries: soon at first, then over most of a day.

import type { Attempt, DeliveryQueue, DueDelivery, StoreLog } from '#store/store.ts';
import { messageOf } from './message.ts';
import { type PostOptions, post } from './post.ts';
import { signedHeaders } from './signature.ts';

const LOOK_MS = 1_000;
const AT_ONCE = 16;
const MINUTE = 60;
const HOUR = 60 * MINUTE;
/** Seconds until the next attempt after the first, second, … failure: about eighteen hours in total. */
export const AGAIN_IN = [5, MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR];
/** Keeps deliveries that failed together from being retried together. */
const JITTER = 0.2;
const MOST_ERROR = 300;

export interface Sender {
  start(): void;
  /** Checks for due deliveries now. */
  hurry(): void;
  close(): Promise<void>;
}

export interface SenderOptions extends PostOptions {
  deliveries: Pick<DeliveryQueue, 'take' | 'record'>;
  log: Pick<StoreLog, 'warn'>;
  /** For tests, which cannot wait that long. */
  againIn?: readonly number[];
  lookMs?: number;
}

export async function attempt(
  delivery: DueDelivery,
  { againIn = AGAIN_IN, ...options }: PostOptions & Pick<SenderOptions, 'againIn'>,
): Promise<Attempt> {
  const failed = (responseStatus: number | null, error: string): Attempt => {
    const gone = responseStatus === 410;
    const wait = gone ? undefined : againIn[delivery.attempts - 1];
    const jitter = 1 + JITTER * (Math.random() - 0.5);
    return { responseStatus, error, gone, againIn: wait === undefined ? null : wait * jitter };
  };
  try {
    const body = JSON.stringify(messageOf(delivery));
    const status = await post(delivery.url, body, signedHeaders(delivery, body), options);
    if (status >= 200 && status < 300) {
      return { responseStatus: status, error: null, gone: false, againIn: null };
    }
    return failed(
      status,
      status >= 300 && status < 400
        ? `responded with ${status}: redirects are not followed`
        : `responded with ${status}`,
    );
  } catch (error) {
    return failed(null, (error as Error).message.slice(0, MOST_ERROR));
  }
}

export function openSender({ deliveries, log, lookMs = LOOK_MS, ...options }: SenderOptions): Sender {
  const sending = new Set<Promise<void>>();
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> | null = null;
  /** hurry() was called during a look, which may have missed what the caller had just added. */
  let hurried = false;
  let running = false;

  const send = async (delivery: DueDelivery) => {
    try {
      await deliveries.record(delivery.id, await attempt(delivery, options));
    } catch (error) {
      log.warn(
        { err: error, delivery: delivery.id },
        'could not record the outcome of a webhook delivery; it will be sent again',
      );
    }
  };
  const look = async () => {
    try {
      const free = AT_ONCE - sending.size;
      const due = free <= 0 ? [] : await deliveries.take(free);
      for (const delivery of due) {
        const sent = send(delivery).finally(() => sending.delete(sent));
        sending.add(sent);
      }
    } catch (error) {
      log.warn({ err: error }, 'could not check for webhooks that are due');
    }
  };
  const schedule = (ms: number) => {
    clearTimeout(timer);
    if (!running) return;
    timer = setTimeout(() => {
      // Not inside look(), which returns synchronously if nothing is free, before `looking` is assigned.
      looking = look().then(() => {
        looking = null;
        schedule(hurried ? 0 : lookMs);
        hurried = false;
      });
    }, ms);
    timer.unref();
  };
  return {
    start() {
      running = true;
      schedule(lookMs);
    },
    hurry() {
      if (looking === null) schedule(0);
      else hurried = true;
    },
    async close() {
      running = false;
      clearTimeout(timer);
      await looking;
      // Deliveries still in flight are bounded by their timeout; those that are cut off are sent again by the next sender.
      await Promise.race([Promise.all(sending), new Promise((done) => setTimeout(done, 1_000).unref())]);
    },
  };
}
