// Helpers for tests of leases: claim a job, let its lease expire, and read everything that the database knows about it.

import type { EventBody } from '#contracts/jobs/events.ts';
import type { Lease } from '#store/store.ts';
import { createJob } from './jobs.ts';
import { runSql } from './postgres.ts';
import { useStore } from './store.ts';

export const says = (message: string): EventBody => ({ type: 'log', data: { level: 'info', message } });

/** Call once at the top of a test file, as `useStore`. */
export function useLeasedJobs() {
  const { store, url } = useStore();
  const jobs = () => store().jobs;
  return {
    store,
    url,
    jobs,
    async claimed(): Promise<{ id: string; lease: Lease }> {
      const { id } = await createJob(store());
      return { id, lease: (await jobs().claim(id, 'w1', 60))!.lease };
    },
    /** Expires the lease without reclaiming the job. */
    async expire(id: string): Promise<void> {
      await runSql(
        url(),
        `UPDATE job SET lease_expires_at = clock_timestamp() - interval '1 s' WHERE id = '${id}'`,
      );
    },
    /** Everything that the database stores about a job. */
    async everything(id: string): Promise<unknown> {
      return [
        await runSql(url(), `SELECT row_to_json(job)::text FROM job WHERE id = '${id}'`),
        await runSql(url(), `SELECT * FROM job_event WHERE job_id = '${id}' ORDER BY seq`),
        await runSql(url(), 'SELECT count(*) FROM artifact_chunk'),
      ];
    },
  };
}
