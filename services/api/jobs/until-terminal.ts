// Waits for the end of a job.

import { isTerminal } from '#contracts/jobs/job.ts';
import type { JobRecord, TenantStore } from '#store/store.ts';
import { makeNotifier } from '../stream/notifier.ts';

/** The job once it is terminal, or as it is at `deadline` or when `stop` is aborted; null if it was deleted. */
export async function untilTerminal(
  store: TenantStore,
  id: string,
  deadline: number,
  stop: AbortSignal,
): Promise<JobRecord | null> {
  const notifier = makeNotifier();
  const unsubscribe = await store.events.subscribe(id, notifier.notify);
  try {
    for (;;) {
      const job = await store.jobs.get(id);
      const left = deadline - Date.now();
      if (job === null || isTerminal(job.status) || left <= 0 || stop.aborted) return job;
      await notifier.wait(left, stop);
    }
  } finally {
    unsubscribe();
  }
}
