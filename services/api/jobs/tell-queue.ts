// Notifies the queue of a waiting job. If that fails, the reconciler repeats it: the row is authoritative.

import type { FastifyBaseLogger } from 'fastify';
import type { JobQueue, Waiting } from '#store/store.ts';
import { within } from '../within.ts';

const PATIENCE_MS = 2_000;

export async function tellQueue(queue: JobQueue, job: Waiting, log: FastifyBaseLogger): Promise<void> {
  await within(PATIENCE_MS, queue.add(job)).catch((error: unknown) => {
    log.warn({ err: error, job_id: job.id }, 'could not notify the queue');
  });
}
