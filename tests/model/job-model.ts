// What a user and a worker may do to jobs, and what must come of it: the rules written out once more, by hand, so that the
// service is not its own oracle.

import type { JobStatus } from '#contracts/jobs/job.ts';
import type { Lease } from '#store/store.ts';

export interface ModelJob {
  id: string;
  /** Which of the bodies was posted under its key. */
  variant: number;
  status: JobStatus;
  attempt: number;
  handedBack: number;
  /** Every status that was told, in order. */
  told: JobStatus[];
  events: number;
  lease: Lease | null;
  /** Leases that are over. */
  over: Lease[];
  deleted: boolean;
}

/** By the number of their Idempotency-Key. */
export type Model = Map<number, ModelJob>;

type Rule = Partial<Record<JobStatus, JobStatus>>;

/** Where an action leads; what is not listed is refused with 409. */
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

/** Where a worker's hand-back leads, … */
export const HANDED_BACK = { running: 'queued', pausing: 'paused', cancelling: 'cancelled' } satisfies Rule;

export const ENDS: readonly JobStatus[] = ['succeeded', 'failed', 'cancelled'];

/** Tells of a change of status, and of the end where it is one. */
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
