// The sending side of notifications: coalesces them and sends them by NOTIFY, which is serialized across the whole server.

import type { Database } from '../database.ts';
import type { NotificationKind } from './notifications.ts';

/** NOTIFY holds a server-wide lock until the commit, so the commit does not wait for the disk. There is nothing to lose. */
const NOTIFY = `SELECT set_config('synchronous_commit', 'off', true), pg_notify($1, $2)`;

/** At most 20 notifications a second, after a burst of ten. */
const BURST = 10;
const REFILL_MS = 50;
/** A payload may have 8000 bytes; an id has 30. */
const IDS_PER_NOTIFICATION = 200;

export interface NotificationSender {
  /** Call it after the commit. */
  notify(jobId: string): void;
  /** Sends pending notifications first. */
  close(): Promise<void>;
}

export function openNotificationSender(
  { pool, log }: Database,
  { channel }: Pick<NotificationKind, 'channel'>,
): NotificationSender {
  const pending = new Set<string>();
  const sending = new Set<Promise<unknown>>();
  let allowance = BURST;
  let refilledAt = Date.now();
  let timer: NodeJS.Timeout | null = null;

  const send = () => {
    timer = null;
    const refill = Math.floor((Date.now() - refilledAt) / REFILL_MS);
    allowance = Math.min(BURST, allowance + refill);
    refilledAt += refill * REFILL_MS;
    if (allowance === 0) {
      timer = setTimeout(send, REFILL_MS);
      return;
    }
    allowance--;
    const ids = [...pending].slice(0, IDS_PER_NOTIFICATION);
    for (const id of ids) pending.delete(id);
    const sent = pool
      .query(NOTIFY, [channel, ids.join(',')])
      .catch((error: unknown) => log.warn({ err: error }, 'could not send a notification'))
      .finally(() => sending.delete(sent));
    sending.add(sent);
    if (pending.size > 0) timer = setTimeout(send, 0);
  };

  return {
    notify(jobId) {
      pending.add(jobId);
      // Batches the notifications of one event loop turn.
      timer ??= setTimeout(send, 0);
    },
    async close() {
      if (timer !== null) clearTimeout(timer);
      if (pending.size > 0) {
        allowance = BURST;
        send();
        if (timer !== null) clearTimeout(timer);
      }
      await Promise.all(sending);
    },
  };
}
