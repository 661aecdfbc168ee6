// A job record as the contract shows it.

import { isTerminal } from '#contracts/job.ts';
import type { Job } from '#contracts/job-api.ts';
import type { JobRecord, JobStore } from '#store/job-record.ts';

function progressOf({ spec, progress, totalSteps, status }: JobRecord): Job['progress'] {
  const fraction =
    status === 'succeeded' ? 1 : totalSteps === 0 ? 0 : Math.min(1, progress.step / totalSteps);
  return {
    epoch: progress.epoch,
    epochs: spec.training.epochs,
    step: progress.step,
    total_steps: totalSteps,
    fraction,
    eta_seconds: isTerminal(status) ? null : progress.etaSeconds,
  };
}

export function presentJob(record: JobRecord, queuePosition: number | null): Job {
  const self = `/jobs/${record.id}`;
  return {
    id: record.id,
    object: 'job',
    name: record.name,
    status: record.status,
    terminal: isTerminal(record.status),
    stop_reason: record.stopReason,
    error: record.error,
    ...record.spec,
    parameters: record.parameters,
    created_at: record.createdAt.toISOString(),
    started_at: record.startedAt?.toISOString() ?? null,
    finished_at: record.finishedAt?.toISOString() ?? null,
    queue_position: queuePosition,
    progress: progressOf(record),
    metrics: { latest: record.latest, best: record.best },
    attempt: record.attempt,
    last_seq: record.lastSeq,
    fingerprint: record.fingerprint,
    metadata: record.metadata,
    urls: {
      self,
      events: `${self}/events`,
      stream: `${self}/stream`,
      predict: `${self}/predict`,
      weights: `${self}/weights`,
    },
  };
}

/** Many records at once: one look at the queue for all of them. */
export async function presentJobsNow(
  jobs: Pick<JobStore, 'waiting'>,
  records: readonly JobRecord[],
): Promise<Job[]> {
  const waiting = records.some(({ status }) => status === 'queued') ? await jobs.waiting() : [];
  const places = new Map(waiting.map(({ id }, i) => [id, i + 1]));
  return records.map((record) => presentJob(record, places.get(record.id) ?? null));
}

/** The record with its place in the queue, which only the whole queue knows. */
export async function presentJobNow(jobs: Pick<JobStore, 'queuePosition'>, record: JobRecord): Promise<Job> {
  return presentJob(record, record.status === 'queued' ? await jobs.queuePosition(record.id) : null);
}
