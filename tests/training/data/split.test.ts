import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { splitRows } from '#training/data/rows/split.ts';
import { bytesOf } from '#training/data/table.ts';
import { splitSizes } from '#training/job/plan.ts';
import { holding, splitOf, tableOf } from './split.ts';

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
const all = ({ train, validation, test }: ReturnType<typeof splitOf>) =>
  [...train, ...validation, ...test].sort((a, b) => a - b);
const random = (fraction: number, stratify = false) => ({ fraction, by: 'random', stratify }) as const;
const last = (fraction: number) => ({ fraction, by: 'last', stratify: false }) as const;

describe('validation_split', () => {
  it('holds out the given fraction, rounded down, and loses no row', () => {
    for (const [samples, share, held] of [
      [150, 0.2, 30],
      [7, 0.5, 3],
      [100, 0.29, 29],
      [3, 0.999, 2],
      [10, 0, 0],
    ] as const) {
      const split = splitOf(samples, { validation_split: share });
      expect(split.validation).toHaveLength(held);
      expect(all(split)).toEqual(range(0, samples));
    }
    expect(splitSizes(tableOf(range(0, 100)).info, holding({ validation_split: 0.29 }))).toEqual({
      train: 71,
      validation: 29,
      test: 0,
    });
  });

  it('depends only on the seed, and never changes between versions', () => {
    const drawn = (seed: number) => splitOf(50, { validation_split: 0.2 }, seed);
    expect(drawn(1)).toEqual(drawn(1));
    expect(drawn(1)).not.toEqual(drawn(2));
    const hash = createHash('sha256')
      .update(bytesOf(drawn(1).validation))
      .digest('hex');
    expect(hash.slice(0, 16)).toBe('8a08e091f66ea54f');
  });

  it('holds out the last rows without shuffle', () => {
    const { train, validation } = splitOf(10, { validation_split: 0.3, shuffle: false });
    expect([...train]).toEqual(range(0, 7));
    expect([...validation]).toEqual([7, 8, 9]);
  });
});

describe('held-out rows', () => {
  it('by random match validation_split, with or without shuffle', () => {
    for (const shuffle of [true, false]) {
      expect(splitOf(50, { validation: random(0.2), shuffle })).toEqual(
        splitOf(50, { validation_split: 0.2 }),
      );
    }
  });

  it('by last are the end of the dataset: training, then validation, then test', () => {
    const { train, validation, test } = splitOf(10, { validation: last(0.2), test: last(0.3) });
    expect([[...train], [...validation], [...test]]).toEqual([range(0, 5), [5, 6], [7, 8, 9]]);
  });

  it('for the test do not depend on the validation setting', () => {
    const { test } = splitOf(60, { test: random(0.25) });
    for (const validation of [random(0.3), last(0.3)]) {
      const split = splitOf(60, { test: random(0.25), validation });
      expect(split.test).toEqual(test);
      expect(split.validation).toHaveLength(18);
      expect(all(split)).toEqual(range(0, 60));
    }
  });

  it('that are stratified hold the given fraction of every class, rounded fairly', () => {
    // 7 rows of class 0, 20 of class 1 and 73 of class 2, interleaved.
    const targets = range(0, 100).map((i) => (i % 14 === 0 && i < 98 ? 0 : i % 4 === 1 && i < 80 ? 1 : 2));
    const count = (rows: Iterable<number>, value: number) =>
      [...rows].filter((row) => targets[row] === value).length;
    const total = [0, 1, 2].map((value) => count(range(0, 100), value));
    for (const fraction of [0.1, 0.2, 0.25, 0.37]) {
      const held = { validation: random(fraction, true) };
      const split = splitRows(tableOf(targets), holding(held), 5);
      expect(all(split)).toEqual(range(0, 100));
      expect(split.validation).toHaveLength(Math.floor(100 * fraction));
      for (const [value, size] of total.entries()) {
        expect(Math.abs(count(split.validation, value) - size * fraction)).toBeLessThan(1);
      }
    }
  });

  it('by column are those that the column marks', () => {
    const marks = [0, 1, 2, 0, 1, 2, 0, 0];
    const by = { by: 'column', column: 'for' } as const;
    const table = tableOf(
      marks.map(() => 0),
      marks,
    );
    const split = splitRows(table, holding({ validation: by, test: by }), 0);
    expect([[...split.train], [...split.validation], [...split.test]]).toEqual([
      [0, 3, 6, 7],
      [1, 4],
      [2, 5],
    ]);
    const some = splitRows(table, holding({ test: by, validation: last(0.25) }), 0);
    expect([[...some.train], [...some.validation], [...some.test]]).toEqual([
      [0, 1, 3, 4],
      [6, 7],
      [2, 5],
    ]);
  });
});
