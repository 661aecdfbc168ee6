// "Something happened to this job", from any process to any other. A wake carries nothing and may be lost: the rows are
// the truth. Readers listen for events; who holds a job's lease listens for orders only (a cancel, a pause, a checkpoint), so
// that a job's own events do not wake its worker.

import type { Database } from './database.ts';
import { openWakeReceiver, type WakeReceiver } from './wake-receiver.ts';
import { openWakeSender, type WakeSender } from './wake-sender.ts';

/** What wakes are about: the channel, and what a look at the rows compares in case one was lost. */
export interface WakeKind {
  channel: string;
  state: string;
}

const EVENTS: WakeKind = { channel: 'epochd_jobs', state: 'last_seq::text' };
const ORDERS: WakeKind = {
  channel: 'epochd_orders',
  state: "concat(status, ' ', checkpoint_wanted_at)",
};

type Channel = WakeSender & WakeReceiver;

export interface Wakes extends Channel {
  orders: Channel;
}

function openChannel(database: Database, kind: WakeKind): Channel {
  const sender = openWakeSender(database, kind);
  const receiver = openWakeReceiver(database, kind);
  return {
    ring: sender.ring,
    subscribe: receiver.subscribe,
    async close() {
      await Promise.all([sender.close(), receiver.close()]);
    },
  };
}

export function openWakes(database: Database): Wakes {
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
