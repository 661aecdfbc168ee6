// A live worker as the store's interface represents it.

import type { WorkerDevices } from '#contracts/device.ts';

export interface WorkerRecord {
  id: string;
  host: string;
  /** Jobs that it trains concurrently. */
  concurrency: number;
  devices: WorkerDevices;
  startedAt: Date;
  seenAt: Date;
}

export interface WorkerStore {
  /** Heartbeat; repeat it well within LIVE_SECONDS. */
  beat(worker: Pick<WorkerRecord, 'id' | 'host' | 'concurrency' | 'devices'>): Promise<void>;
  remove(id: string): Promise<void>;
  /** Deletes the rows of dead workers. */
  sweep(): Promise<void>;
  /** Workers seen within LIVE_SECONDS, by the database's clock, oldest first. */
  live(): Promise<WorkerRecord[]>;
}
