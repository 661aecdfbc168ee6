// What users and workers may do to jobs, and the expected results: the rules written out a second time, by hand, so that the service is not
// its own oracle.

import type { JobStatus } from '#contracts/jobs/job.ts';
import type { Lease } from '#store/store.ts';

export interface ModelJob {
  id: string;
  /** Which of the bodies was posted with its key. */
  variant: number;
  status: JobStatus;
  attempt: number;
  handedBack: number;
  /** Every status in its event log, in order. */
  told: JobStatus[];
  events: number;
  lease: Lease | null;
  /** Leases that are no longer valid. */
  over: Lease[];
  deleted: boolean;
}

/** Keyed by the number of their Idempotency-Key. */
export type Model = Map<number, ModelJob>;

type Rule = Partial<Record<JobStatus, JobStatus>>;

/** The resulting status of each action; anything not listed is refused with 409. */
export const ACTIONS = {
  cancel: {
    queued: 'cancelled',
    paused: 'cancelled',
    running: 'cancelling',
    pausing: 'cancelling',
    cancelling: 'cancelling',
    cancelled: 'cancelled',
  },
  pause: { queued: 'paused', paused: 'paused', running: 'pausing', pausing: 'pausing' },
  resume: { paused: 'queued', queued: 'queued', running: 'running' },
} as const satisfies Record<string, Rule>;
export type Action = keyof typeof ACTIONS;

/** The resulting status when a worker releases the job or loses it. */
export const HANDED_BACK = { running: 'queued', pausing: 'paused', cancelling: 'cancelled' } satisfies Rule;

export const ENDS: readonly JobStatus[] = ['succeeded', 'failed', 'cancelled'];

/** Records a change of status, with the `done` event if it is terminal. */
export function move(job: ModelJob, to: JobStatus): void {
  if (job.status === to) return;
  job.status = to;
  job.told.push(to);
  job.events += ENDS.includes(to) ? 2 : 1;
}

export function letGo(job: ModelJob): void {
  if (job.lease !== null) job.over.push(job.lease);
  job.lease = null;
}
