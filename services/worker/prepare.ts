// Fetches what a job needs into the worker's files: its tables, the weights it starts from, the checkpoint it resumes from. If the database
// or an artifact home is unreachable, it waits: training has not started, and giving up the attempt would only make another one wait.

import { setTimeout as sleep } from 'node:timers/promises';
import { isOutage } from '#store/outage.ts';
import type { CheckpointRecord, JobRecord, Lease } from '#store/store.ts';
import { latestCheckpoint } from './checkpoints.ts';
import type { Recorder } from './recorder.ts';
import type { WorkerParts } from './run-job.ts';
import type { JobFiles } from './spool.ts';
import type { Assignment } from './trainer/protocol.ts';

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 5_000;

export interface Prepared {
  assignment: Assignment;
  /** The checkpoint to resume from; null to start from the beginning. */
  earlier: CheckpointRecord | null;
}

export interface Preparing {
  parts: Pick<WorkerParts, 'store' | 'adapter' | 'log'>;
  job: JobRecord;
  lease: Lease;
  files: JobFiles;
  recorder: Pick<Recorder, 'open'>;
  /** The job need not start any more. */
  over: AbortSignal;
}

/** Null if the job was stopped before everything was loaded. */
export async function prepare({
  parts,
  job,
  lease,
  files,
  recorder,
  over,
}: Preparing): Promise<Prepared | null> {
  let reported = false;
  for (let wait = FIRST_WAIT_MS; !over.aborted; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
    try {
      return await bring(parts, job, lease, files);
    } catch (error) {
      if (!isOutage(error)) throw error;
      parts.log.warn({ err: error, job: job.id }, 'the data of a job is unreachable; retrying');
      const message = 'the data of the job is unreachable; the job starts when it is available again';
      if (!reported) recorder.open({ type: 'log', data: { level: 'warn', message } });
      reported = true;
      await sleep(wait, undefined, { signal: over }).catch(() => {});
    }
  }
  return null;
}

async function bring(
  { store, adapter }: Preparing['parts'],
  job: JobRecord,
  lease: Lease,
  files: JobFiles,
): Promise<Prepared> {
  const dataset = await datasetOf(store, job, job.spec.dataset);
  await files.writeTable(store.artifacts.read(dataset.artifact));
  const held: NonNullable<Assignment['held']> = {};
  for (const part of ['validation', 'test'] as const) {
    const how = job.spec.training[part] ?? null;
    if (how === null || !('dataset' in how)) continue;
    const { artifact } = await datasetOf(store, job, how.dataset);
    held[part] = await files.writeHeldOut(part, store.artifacts.read(artifact));
  }
  if (job.startArtifact !== null) await files.writeWeights(store.artifacts.read(job.startArtifact));
  const earlier = await latestCheckpoint(store.checkpoints, lease);
  if (earlier !== null) await files.writeResume(store.artifacts.read(earlier.artifact));
  const { table, checkpoint, models } = files;
  const assignment: Assignment = {
    spec: job.spec,
    adapter,
    table,
    held,
    ...(job.startArtifact === null ? {} : { weights: files.weights }),
    ...(earlier === null ? {} : { resume: files.resume }),
    checkpoint,
    models,
  };
  return { assignment, earlier };
}

async function datasetOf(store: WorkerParts['store'], job: JobRecord, id: string) {
  const dataset = await store.datasets.get(id);
  if (dataset === null) throw new Error(`job ${job.id} names dataset ${id}, which no longer exists`);
  return dataset;
}
