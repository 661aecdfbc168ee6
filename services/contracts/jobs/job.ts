// The life of a job: its states, who may follow whom, and why a job stopped. Everything that asks
// "may this job be …?" asks here.
//
//   validating ──▶ queued ──▶ running ──▶ succeeded
//                  ▲  │        │ │ │────▶ failed
//                  │  │        │ │ └────▶ cancelling ──▶ cancelled
//                  │  │        │ └──────▶ pausing ─────▶ paused, or to its end where it came first
//                  │  └───────────────────────────────▶ cancelled, paused      (never started)
//                  └── running (the worker was lost: tried again), paused (resumed)
//
// A cancel that was accepted wins: whatever a worker says of a cancelling job, it ends cancelled.

import { z } from 'zod';

export const JobStatus = z.enum([
  'validating',
  'queued',
  'running',
  'pausing',
  'paused',
  'cancelling',
  'succeeded',
  'failed',
  'cancelled',
]);
export type JobStatus = z.infer<typeof JobStatus>;

export const StopReason = z.enum([
  'completed',
  'early_stopped',
  'max_seconds',
  'diverged',
  'user',
  'invalid',
  'trainer_crashed',
  'device_lost',
  'out_of_memory',
  'worker_lost',
  'internal',
]);
export type StopReason = z.infer<typeof StopReason>;

const TRANSITIONS: Record<JobStatus, readonly JobStatus[]> = {
  validating: ['queued', 'failed', 'cancelled'],
  queued: ['running', 'paused', 'cancelled', 'failed'],
  running: ['succeeded', 'failed', 'cancelling', 'pausing', 'queued', 'cancelled'],
  pausing: ['paused', 'succeeded', 'failed', 'cancelling'],
  paused: ['queued', 'cancelled'],
  cancelling: ['cancelled'],
  succeeded: [],
  failed: [],
  cancelled: [],
};

export function canMove(from: JobStatus, to: JobStatus): boolean {
  return TRANSITIONS[from].includes(to);
}

/** A job in a terminal state never changes again, but may be deleted. */
export function isTerminal(status: JobStatus): boolean {
  return TRANSITIONS[status].length === 0;
}

/** A worker holds (or held) a lease on a job in one of these states. */
export function isHeld(status: JobStatus): boolean {
  return status === 'running' || status === 'pausing' || status === 'cancelling';
}

/** The status after a user's cancel: a held job has to stop first, any other ends at once. Null if it cannot be cancelled. */
export function cancelTarget(status: JobStatus): JobStatus | null {
  if (canMove(status, 'cancelling')) return 'cancelling';
  if (canMove(status, 'cancelled') && status !== 'cancelling') return 'cancelled';
  return null;
}

/** The status after a user's pause: a held job writes a checkpoint first. Null if it cannot be paused. */
export function pauseTarget(status: JobStatus): JobStatus | null {
  if (canMove(status, 'pausing')) return 'pausing';
  return status === 'queued' ? 'paused' : null;
}

export const HELD_STATUSES = JobStatus.options.filter(isHeld);
export const TERMINAL_STATUSES = JobStatus.options.filter(isTerminal);
