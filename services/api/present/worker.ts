// A live worker in the API's form.

import type { WorkerEntry } from '#contracts/device.ts';
import type { WorkerRecord } from '#store/worker-record.ts';

export function presentWorker(record: WorkerRecord): WorkerEntry {
  return {
    object: 'worker',
    id: record.id,
    host: record.host,
    concurrency: record.concurrency,
    started_at: record.startedAt.toISOString(),
    seen_at: record.seenAt.toISOString(),
    devices: record.devices,
  };
}
