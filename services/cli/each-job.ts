// Runs the same action for several jobs, one after the other.

import type { Job } from '#contracts/jobs/job-api.ts';
import type { CliContext } from './context.ts';

export async function eachJob(
  { json, emit, print }: CliContext,
  ids: readonly string[],
  act: (id: string) => Promise<Job>,
): Promise<undefined> {
  for (const id of ids) {
    const job = await act(id);
    if (json) emit(job);
    else print(`${id} ${job.status}`);
  }
  return undefined;
}
