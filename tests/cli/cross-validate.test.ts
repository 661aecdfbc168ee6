import { expect, it } from 'vitest';
import type { CrossValidation } from '#contracts/jobs/cross-validation.ts';
import { linesOf } from '../../services/cli/cross-validate.ts';

const fold = (n: number, val_loss: number): CrossValidation['jobs'][number] => ({
  id: `job_${n}`,
  fold: n,
  status: 'succeeded',
  error: null,
  metrics: { val_loss },
});
const metrics = { val_loss: { mean: 2, std: Math.SQRT2 } };

it('reports a failed fold and excludes it from the mean', () => {
  const failed = { ...fold(2, 0), status: 'failed', metrics: {} } as const;
  const error = { code: 'out_of_memory', message: 'out of memory' } as const;
  const jobs = [fold(1, 1), { ...failed, error }, fold(3, 3)];
  expect(linesOf({ folds: 3, folds_measured: 2, jobs, metrics })).toEqual([
    'fold  job    status     val_loss',
    '   1  job_1  succeeded  1',
    '   2  job_2  failed',
    '   3  job_3  succeeded  3',
    '             mean       2',
    '             std        1.4142',
    'mean and std are over 2 of 3 folds',
    'fold 2 failed: out of memory',
  ]);
});

it('reports a deleted fold', () => {
  const jobs = [fold(1, 1), fold(3, 3)];
  expect(linesOf({ folds: 3, folds_measured: 2, jobs, metrics }).slice(-2)).toEqual([
    'mean and std are over 2 of 3 folds',
    'deleted folds: 1',
  ]);
});
