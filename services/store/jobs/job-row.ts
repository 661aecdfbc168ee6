// From the row of a job to the record. The shape is Prisma's, from the schema; plain SQL gives the same.

import type { StopReason } from '#contracts/jobs/job.ts';
import { JobStatus } from '#contracts/jobs/job.ts';
import type { JobSpec } from '#contracts/jobs/job-api.ts';
import type { Warning } from '#contracts/warnings.ts';
import type { Prisma } from '../generated/client.ts';
import type { JobRecord, KeptModel, Measured } from './job-record.ts';

/** The columns that make up a record. */
const FIELDS = [
  'id',
  'tenant',
  'name',
  'status',
  'stopReason',
  'errorMessage',
  'spec',
  'priority',
  'parameters',
  'totalSteps',
  'metadata',
  'createdAt',
  'startedAt',
  'finishedAt',
  'attempt',
  'epoch',
  'step',
  'etaSeconds',
  'runningLoss',
  'samplesPerSec',
  'latest',
  'best',
  'test',
  'warnings',
  'lastSeq',
  'startArtifact',
  'crossValidationId',
  'modelArtifact',
  'modelEpoch',
  'modelStep',
  'bestArtifact',
  'bestEpoch',
  'bestStep',
  'fingerprint',
  'traceparent',
] as const satisfies readonly (keyof typeof Prisma.JobScalarFieldEnum)[];

type JobSelect = { [F in (typeof FIELDS)[number]]: true };

/** Plain SQL returns a bigint as text. */
type Loosely<T> = { [K in keyof T]: T[K] extends bigint ? bigint | string : T[K] };
export type JobRow = Loosely<Prisma.JobGetPayload<{ select: JobSelect }>>;

const column = (field: string) => field.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`);

/** For SELECT and RETURNING: `total_steps AS "totalSteps", …` */
export const JOB_COLUMNS = FIELDS.map((field) => `${column(field)} AS "${field}"`).join(', ');

function keptModel(
  artifact: string | null,
  epoch: number | null,
  step: bigint | string | null,
): KeptModel | null {
  return artifact === null ? null : { artifact, epoch: epoch ?? 0, step: Number(step ?? 0) };
}

export function toJob(row: JobRow): JobRecord {
  const stopReason = row.stopReason as StopReason | null;
  return {
    id: row.id,
    tenant: row.tenant,
    name: row.name,
    status: JobStatus.parse(row.status),
    stopReason,
    error: row.errorMessage === null ? null : { code: stopReason ?? 'internal', message: row.errorMessage },
    spec: row.spec as unknown as JobSpec,
    priority: row.priority,
    parameters: row.parameters,
    totalSteps: Number(row.totalSteps),
    metadata: row.metadata as Record<string, string>,
    createdAt: row.createdAt,
    startedAt: row.startedAt,
    finishedAt: row.finishedAt,
    startArtifact: row.startArtifact,
    crossValidation: row.crossValidationId,
    attempt: row.attempt,
    progress: {
      epoch: row.epoch,
      step: Number(row.step),
      etaSeconds: row.etaSeconds,
      runningLoss: row.runningLoss,
      samplesPerSec: row.samplesPerSec,
    },
    latest: row.latest as Measured | null,
    best: row.best as Measured | null,
    test: row.test as Measured | null,
    warnings: (row.warnings as Warning[] | null) ?? [],
    lastSeq: row.lastSeq,
    model: keptModel(row.modelArtifact, row.modelEpoch, row.modelStep),
    bestModel: keptModel(row.bestArtifact, row.bestEpoch, row.bestStep),
    fingerprint: row.fingerprint,
    traceparent: row.traceparent,
  };
}
