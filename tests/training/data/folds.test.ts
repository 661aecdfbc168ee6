import { describe, expect, it } from 'vitest';
import { readInline } from '#training/data/formats/inline.ts';
import { tableInMemory } from '#training/data/rows/job-table.ts';
import { splitRows } from '#training/data/rows/split.ts';
import { splitSizes } from '#training/job/plan.ts';
import { validateJob } from '#training/job/validate.ts';

const ROWS = 53;
// One row in ten belongs to the rare class.
const { table } = readInline({
  inputs: Array.from({ length: ROWS }, (_, i) => [i]),
  targets: Array.from({ length: ROWS }, (_, i) => Number(i % 10 === 0)),
});
const check = (validation: object, training: object = {}) =>
  validateJob(
    {
      model: { layers: [{ type: 'Linear', out_features: 2 }] },
      dataset: 'ds_',
      training: { loss: 'CrossEntropyLoss', validation, ...training },
      seed: 4,
    },
    async () => table.info,
  );

describe('folds', () => {
  it.each([{}, { test: 0.2 }])(
    'hold out every sample once, with a share of every class in each fold (%o)',
    async (over) => {
      const held: number[] = [];
      let others = 0;
      for (let fold = 1; fold <= 5; fold++) {
        const { job } = await check({ fold, folds: 5 }, over);
        expect(job!.spec.training.validation).toEqual({ by: 'fold', fold, folds: 5, stratify: true });
        const split = splitRows(tableInMemory(table), job!.spec.training, 4);
        const sizes = splitSizes(table.info, job!.spec.training);
        expect([split.train.length, split.validation.length, split.test.length]).toEqual([
          sizes.train,
          sizes.validation,
          sizes.test,
        ]);
        others = split.test.length;
        held.push(...split.validation);
        const rare = [...split.validation].filter((row) => row % 10 === 0).length;
        expect(rare).toBeGreaterThanOrEqual('test' in over ? 0 : 1);
        expect(rare).toBeLessThanOrEqual(2);
        expect(new Set([...split.train, ...split.validation, ...split.test]).size).toBe(ROWS);
      }
      expect(new Set(held).size).toBe(ROWS - others);
      expect(held).toHaveLength(ROWS - others);
    },
  );

  it.each([
    [{ fold: 6, folds: 5 }, 'training.validation.fold', /there are 5 folds/],
    [{ folds: 5 }, 'training.validation.fold', /which one of the 5/],
    [{ fold: 1 }, 'training.validation.folds', /how many/],
    [{ fold: 0, folds: 5 }, 'training.validation.fold', /the first fold is 1/],
    [{ fold: 1, folds: 5, fraction: 0.2 }, 'training.validation.fraction', /cannot be combined with a fold/],
    [{ fold: 1, folds: 60 }, 'training.validation.folds', /53 samples cannot be split into 60 folds/],
  ])('are rejected for %o', async (validation, param, message) => {
    const { details } = await check(validation);
    expect(details).toContainEqual(
      expect.objectContaining({ param, message: expect.stringMatching(message) }),
    );
  });
});
