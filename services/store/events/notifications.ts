// Notifications that something happened to a job, between any two processes. A notification carries no data and may be lost: the rows are
// authoritative. Readers listen for events; the holder of a job's lease listens only for orders (cancel, pause, checkpoint), so that a
// job's own events do not wake its worker.

import type { Database } from '../database.ts';
import { type NotificationReceiver, openNotificationReceiver } from './notification-receiver.ts';
import { type NotificationSender, openNotificationSender } from './notification-sender.ts';

/** A channel, and the SQL value that polling compares in case a notification was lost. */
export interface NotificationKind {
  channel: string;
  state: string;
}

const EVENTS: NotificationKind = { channel: 'epochd_jobs', state: 'last_seq::text' };
const ORDERS: NotificationKind = {
  channel: 'epochd_orders',
  state: "concat(status, ' ', checkpoint_wanted_at)",
};

type Channel = NotificationSender & NotificationReceiver;

export interface Notifications extends Channel {
  orders: Channel;
}

function openChannel(database: Database, kind: NotificationKind): Channel {
  const sender = openNotificationSender(database, kind);
  const receiver = openNotificationReceiver(database, kind);
  return {
    notify: sender.notify,
    subscribe: receiver.subscribe,
    async close() {
      await Promise.all([sender.close(), receiver.close()]);
    },
  };
}

export function openNotifications(database: Database): Notifications {
  const events = openChannel(database, EVENTS);
  const orders = openChannel(database, ORDERS);
  return {
    ...events,
    orders,
    async close() {
      await Promise.all([events.close(), orders.close()]);
    },
  };
}
