// The jobs of a cross-validation in the API's form.

import type { CrossValidation, FoldResult, Spread } from '#contracts/jobs/cross-validation.ts';
import { isTerminal } from '#contracts/jobs/job.ts';
import type { JobRecord } from '#store/jobs/job-record.ts';
import { servedBy } from '../lookup.ts';

/** @param records the jobs that still exist, at least one */
export function presentCrossValidation(id: string, records: readonly JobRecord[]): CrossValidation {
  const jobs = records.map(foldResult).sort((a, b) => a.fold - b.fold);
  const measured = jobs.filter(({ status }) => status === 'succeeded');
  return {
    object: 'cross_validation',
    id,
    folds: foldOf(records[0]!).folds,
    status: statusOf(records),
    jobs,
    folds_measured: measured.length,
    metrics: spreadOf(measured.map(({ metrics }) => metrics)),
    // All jobs were created in one transaction.
    created_at: records[0]!.createdAt.toISOString(),
  };
}

function foldOf({ id, spec }: JobRecord): { fold: number; folds: number } {
  const held = spec.training.validation ?? null;
  if (held === null || !('folds' in held))
    throw new Error(`${id} belongs to a cross-validation but holds out no fold`);
  return held;
}

function foldResult(record: JobRecord): FoldResult {
  const { id, status, error } = record;
  const measured = servedBy(record) === 'best' ? record.best : record.latest;
  const held = Object.entries(measured?.metrics ?? {}).filter(([name]) => name.startsWith('val_'));
  return { id, fold: foldOf(record).fold, status, error, metrics: Object.fromEntries(held) };
}

function statusOf(records: readonly JobRecord[]): CrossValidation['status'] {
  const any = (status: JobRecord['status']) => records.some((record) => record.status === status);
  if (!records.every(({ status }) => isTerminal(status))) return 'running';
  return any('failed') ? 'failed' : any('cancelled') ? 'cancelled' : 'succeeded';
}

/** Covers the metrics that every fold has. */
export function spreadOf(folds: readonly Readonly<Record<string, number>>[]): Record<string, Spread> {
  const names = Object.keys(folds[0] ?? {}).filter((name) =>
    folds.every((metrics) => metrics[name] !== undefined),
  );
  return Object.fromEntries(
    names.map((name) => {
      const values = folds.map((metrics) => metrics[name]!);
      const mean = values.reduce((sum, value) => sum + value / values.length, 0);
      const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
      return [name, { mean, std: values.length < 2 ? null : Math.sqrt(squares / (values.length - 1)) }];
    }),
  );
}
