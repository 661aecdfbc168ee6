// A job record in the API's form.

import { isTerminal } from '#contracts/jobs/job.ts';
import type { Job, JobSpec } from '#contracts/jobs/job-api.ts';
import { jsonNumber } from '#contracts/numbers.ts';
import { preprocessOf } from '#contracts/training/training.ts';
import type { JobRecord, KeptModel } from '#store/jobs/job-record.ts';
import type { Place, QueuePlaces } from '#store/queue/queue-places.ts';
import { servedBy } from '../lookup.ts';

export function progressOf({ spec, progress, totalSteps, status }: JobRecord): Job['progress'] {
  const fraction =
    status === 'succeeded' ? 1 : totalSteps === 0 ? 0 : Math.min(1, progress.step / totalSteps);
  return {
    epoch: progress.epoch,
    epochs: spec.training.epochs,
    step: progress.step,
    total_steps: totalSteps,
    fraction,
    eta_seconds: isTerminal(status) ? null : progress.etaSeconds,
    running_loss: isTerminal(status) ? null : jsonNumber(progress.runningLoss),
    samples_per_sec: progress.samplesPerSec,
  };
}

/** Fills in what jobs stored by earlier versions lack, with what its absence meant then. */
function ofEarlierVersions({ training, preprocess, resume_on }: JobSpec) {
  return {
    training: { ...training, validation: training.validation ?? null, test: training.test ?? null },
    preprocess: preprocessOf(preprocess),
    resume_on: resume_on ?? ('same' as const),
  };
}

const placeOf = (model: KeptModel | null) => model && { epoch: model.epoch, step: model.step };

export function presentJob(record: JobRecord, place: Place | null): Job {
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
    ...ofEarlierVersions(record.spec),
    cross_validation: record.crossValidation,
    priority: record.priority,
    parameters: record.parameters,
    created_at: record.createdAt.toISOString(),
    started_at: record.startedAt?.toISOString() ?? null,
    finished_at: record.finishedAt?.toISOString() ?? null,
    queue_position: place?.position ?? null,
    estimated_start: place?.estimatedStart?.toISOString() ?? null,
    progress: progressOf(record),
    metrics: { latest: record.latest, best: record.best, test: record.test },
    warnings: record.warnings,
    weights: {
      last: placeOf(record.model),
      best: placeOf(record.bestModel),
      serving: servedBy(record),
    },
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
      checkpoints: `${self}/checkpoints`,
      metrics: `${self}/metrics`,
    },
  };
}

/** Adds the queue positions, which the database computes. */
export async function presentJobsNow(queue: QueuePlaces, records: readonly JobRecord[]): Promise<Job[]> {
  const waiting = records.filter(({ status }) => status === 'queued').map(({ id }) => id);
  const places: ReadonlyMap<string, Place> = waiting.length === 0 ? new Map() : await queue.of(waiting);
  return records.map((record) => presentJob(record, places.get(record.id) ?? null));
}

/** For lists: confusion matrices of many classes, times many jobs, are more than anyone reads there. */
export function withoutMatrices(job: Job): Job {
  const bare = <M extends Job['metrics']['latest']>(measured: M): M => {
    if (measured === null) return measured;
    const { confusion_matrix: _, ...rest } = measured;
    return rest as M;
  };
  const { latest, best, test } = job.metrics;
  return { ...job, metrics: { latest: bare(latest), best: bare(best), test: bare(test) } };
}

export async function presentJobNow(queue: QueuePlaces, record: JobRecord): Promise<Job> {
  const [job] = await presentJobsNow(queue, [record]);
  return job as Job;
}
