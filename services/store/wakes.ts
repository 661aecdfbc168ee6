// "Something happened to this job", from any process to any other. A wake carries nothing and may be lost: the rows are
// the truth.

import type { Database } from './database.ts';
import { openWakeReceiver, type WakeReceiver } from './wake-receiver.ts';
import { openWakeSender, type WakeSender } from './wake-sender.ts';

export type Wakes = WakeSender & WakeReceiver;

export function openWakes(database: Database): Wakes {
  const sender = openWakeSender(database);
  const receiver = openWakeReceiver(database);
  return {
    ring: sender.ring,
    subscribe: receiver.subscribe,
    async close() {
      await Promise.all([sender.close(), receiver.close()]);
    },
  };
}
