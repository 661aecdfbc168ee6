// Creates jobs: the rows with their first events, an inline dataset, and the idempotent reply, in one transaction.

import { Problem } from '#contracts/errors.ts';
import { isId } from '#contracts/ids.ts';
import type { EventBody } from '#contracts/jobs/events.ts';
import { canMove } from '#contracts/jobs/job.ts';
import type { Warning } from '#contracts/warnings.ts';
import { writeDataset } from '../artifacts/datasets.ts';
import type { Database, Queryable } from '../database.ts';
import { createKept } from '../idempotency.ts';
import type { KeepReply } from '../interface.ts';
import { checkQueuedJobs } from '../keys/key-quota.ts';
import { ownerOf, type Scope } from '../scope.ts';
import type { JobRecord, NewJob, OwnerSide } from './job-record.ts';
import { JOB_COLUMNS, type JobRow, toJob } from './job-row.ts';
import { eventParameters, statusEvents } from './transitions.ts';

// A job is stored only after validation: events record both initial states, the row only the second.
const BIRTH = [...statusEvents('validating'), ...statusEvents('queued')];
if (!canMove('validating', 'queued')) throw new Error('a job cannot be created');

const INSERT = `
  WITH created AS (
    INSERT INTO job (id, status, name, spec, dataset_id, weights_id, parameters, total_steps, metadata, validation_dataset_id, test_dataset_id,
      warnings, start_artifact, tenant, key_id, priority, traceparent, cross_validation_id, last_seq)
    VALUES ($1, 'queued', $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, cardinality($2::text[]))
    RETURNING *
  ), appended AS (
    INSERT INTO job_event (job_id, seq, type, attempt, data)
    SELECT id, ord, type, attempt, data::json
    FROM created, unnest($2::text[], $3::text[]) WITH ORDINALITY AS event(type, data, ord)
  )
  SELECT ${JOB_COLUMNS} FROM created`;

const FOREIGN_KEY_VIOLATION = '23503';

export function openNewJobs(
  { pool, transaction, bulk, disk, homes }: Database,
  scope: Scope,
): Pick<OwnerSide, 'create' | 'createAll'> {
  const insert = async (client: Queryable, job: NewJob): Promise<JobRecord> => {
    const values = [
      job.id,
      ...eventParameters([...BIRTH, ...(job.warnings ?? []).map(warningEvent)]),
      job.name,
      JSON.stringify(job.spec),
      job.spec.dataset,
      uploadedWeights(job),
      job.parameters,
      job.totalSteps,
      JSON.stringify(job.metadata),
      heldOutDataset(job, 'validation'),
      heldOutDataset(job, 'test'),
      job.warnings === undefined || job.warnings.length === 0 ? null : JSON.stringify(job.warnings),
      job.startArtifact ?? null,
      ownerOf(scope),
      job.key?.id ?? null,
      job.priority ?? 0,
      job.traceparent ?? null,
      job.crossValidation ?? null,
    ];
    try {
      const { rows } = await client.query<JobRow>(INSERT, values);
      return toJob(rows[0]!);
    } catch (error) {
      const { code, constraint } = error as { code?: string; constraint?: string };
      if (code !== FOREIGN_KEY_VIOLATION) throw error;
      // Deleted after the request was validated.
      const gone = goneOf(job, constraint);
      throw new Problem('invalid_request', `no ${gone.what}`, [
        { param: gone.param, code: 'not_found', message: `no ${gone.what}` },
      ]);
    }
  };

  const insertAll = async (client: Queryable, jobs: readonly NewJob[]): Promise<JobRecord[]> => {
    const key = jobs[0]?.key;
    if (key) await checkQueuedJobs(client, key, jobs.length);
    const records: JobRecord[] = [];
    for (const job of jobs) {
      if (job.dataset !== undefined) await writeDataset(client, job.dataset, { disk, homes }, scope);
      records.push(await insert(client, job));
    }
    return records;
  };

  const kept = <R>(
    jobs: readonly NewJob[],
    keep: KeepReply<R> | undefined,
    result: (records: JobRecord[]) => R,
  ): Promise<R> => {
    const through = jobs.some(({ dataset }) => dataset !== undefined) ? bulk.transaction : transaction;
    return through((client) => createKept(client, keep, async () => result(await insertAll(client, jobs))));
  };

  return {
    async create(job, keep) {
      const alone = job.dataset === undefined && keep === undefined && !job.key;
      // A single statement needs no transaction around it.
      return alone ? insert(pool, job) : kept([job], keep, ([record]) => record!);
    },
    createAll: (jobs, keep) => kept(jobs, keep, (records) => records),
  };
}

/** Weights from elsewhere (a checkpoint, say) are held only by their file. */
function uploadedWeights({ spec }: NewJob): string | null {
  const { weights } = spec.model;
  return weights !== undefined && isId('weights', weights) ? weights : null;
}

function heldOutDataset({ spec }: NewJob, part: 'validation' | 'test'): string | null {
  const held = spec.training[part] ?? null;
  return held !== null && 'dataset' in held ? held.dataset : null;
}

/** What the job refers to that no longer exists. */
function goneOf(job: NewJob, constraint: string | undefined): { param: string; what: string } {
  if (constraint === 'job_weights_id_fkey' || constraint === 'job_start_artifact_fkey')
    return { param: 'model.weights', what: `weights ${job.spec.model.weights}` };
  for (const part of ['validation', 'test'] as const) {
    if (constraint !== `job_${part}_dataset_id_fkey`) continue;
    return { param: `training.${part}.dataset`, what: `dataset ${heldOutDataset(job, part)}` };
  }
  return { param: 'dataset', what: `dataset ${job.spec.dataset}` };
}

const warningEvent = (warning: Warning): EventBody => ({
  type: 'log',
  data: { level: 'warning', ...warning },
});
