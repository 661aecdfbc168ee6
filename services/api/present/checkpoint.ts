// A checkpoint in the API's form.

import type { Checkpoint } from '#contracts/jobs/checkpoint.ts';
import type { CheckpointRecord } from '#store/jobs/checkpoint-record.ts';

/** @param last the job's newest checkpoint */
export function presentCheckpoint(record: CheckpointRecord, last: CheckpointRecord | undefined): Checkpoint {
  const { progress, latest, bestPlace } = record;
  return {
    object: 'checkpoint',
    id: record.id,
    job_id: record.jobId,
    attempt: record.attempt,
    epoch: progress.epoch,
    step: progress.step,
    created_at: record.createdAt.toISOString(),
    bytes: record.bytes,
    metrics: latest?.metrics ?? {},
    nonfinite: latest?.nonfinite ?? {},
    best: bestPlace?.step === progress.step,
    best_epoch: bestPlace?.epoch ?? null,
    last: record.id === last?.id,
  };
}
