import { expect, it } from 'vitest';
import { type FoldSummary, linesOf, spreadOf } from '../../services/cli/cross-validate.ts';

const fold = (n: number, val_loss: number, status: FoldSummary['status'] = 'succeeded'): FoldSummary => ({
  id: `job_${n}`,
  fold: n,
  status,
  error: status === 'failed' ? 'out of memory' : null,
  metrics: status === 'failed' ? {} : { val_loss },
});

it('the spread of the folds is their mean and the standard deviation of a sample', () => {
  // numpy: np.mean([1, 2, 6]) → 3.0; np.std([1, 2, 6], ddof=1) → 2.6457513110645907
  expect(spreadOf([fold(1, 1), fold(2, 2), fold(3, 6)])).toEqual({
    val_loss: { mean: 3, std: expect.closeTo(2.6457513110645907, 12) },
  });
  expect(spreadOf([fold(1, 5)])).toEqual({ val_loss: { mean: 5, std: null } });
});

it('a fold that failed is told, and not counted', () => {
  const folds = [fold(1, 1), fold(2, 0, 'failed'), fold(3, 3)];
  const spread = spreadOf(folds);
  expect(spread.val_loss!.mean).toBe(2);
  expect(linesOf(folds, spread)).toEqual([
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
