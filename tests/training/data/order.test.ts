import { describe, expect, it } from 'vitest';
import { epochOrder, splitRows } from '#training/data/order.ts';
import { passOver } from '#training/pass.ts';
import { splitSizes } from '#training/plan.ts';

const sorted = (rows: Int32Array) => [...rows].sort((a, b) => a - b);
const range = (n: number) => Array.from({ length: n }, (_, i) => i);

describe('the split', () => {
  it('holds out the share, rounded down, and loses no row', () => {
    for (const [samples, share, held] of [
      [150, 0.2, 30],
      [7, 0.5, 3],
      [100, 0.29, 29],
      [3, 0.999, 2],
      [10, 0, 0],
    ] as const) {
      const { train, validation } = splitRows(samples, share, true, 1);
      expect(validation).toHaveLength(held);
      expect(sorted(Int32Array.of(...train, ...validation))).toEqual(range(samples));
    }
    expect(splitSizes(100, 0.29)).toEqual({ train: 71, validation: 29 });
  });

  it('is drawn by the seed alone', () => {
    expect(splitRows(50, 0.2, true, 1)).toEqual(splitRows(50, 0.2, true, 1));
    expect(splitRows(50, 0.2, true, 1)).not.toEqual(splitRows(50, 0.2, true, 2));
  });

  it('holds out the last rows where the rows keep their order', () => {
    const { train, validation } = splitRows(10, 0.3, false, 1);
    expect([...train]).toEqual(range(7));
    expect([...validation]).toEqual([7, 8, 9]);
  });
});

describe('the order of an epoch', () => {
  const split = splitRows(40, 0.25, true, 3);

  it('visits every training row once, then the held-out rows in their order', () => {
    const order = epochOrder(split, true, 3, 0);
    expect(sorted(order.slice(0, 30))).toEqual([...split.train]);
    expect(order.slice(30)).toEqual(split.validation);
  });

  it('is another one every epoch, and the same again for the same seed and epoch', () => {
    expect(epochOrder(split, true, 3, 1)).not.toEqual(epochOrder(split, true, 3, 0));
    expect(epochOrder(split, true, 4, 0)).not.toEqual(epochOrder(split, true, 3, 0));
    expect(epochOrder(split, true, 3, 7)).toEqual(epochOrder(split, true, 3, 7));
  });

  it('is the order of the file without shuffle', () => {
    expect(epochOrder(split, false, 3, 5).slice(0, 30)).toEqual(split.train);
  });
});

it('a pass ends with a short batch, unless it is dropped', () => {
  expect(passOver(100, 32, false)).toEqual({ batch: 32, whole: 3, tail: 4, steps: 4, rows: 100 });
  expect(passOver(100, 32, true)).toEqual({ batch: 32, whole: 3, tail: 0, steps: 3, rows: 96 });
  expect(passOver(96, 32, false)).toEqual({ batch: 32, whole: 3, tail: 0, steps: 3, rows: 96 });
  expect(passOver(5, 32, false)).toEqual({ batch: 32, whole: 0, tail: 5, steps: 1, rows: 5 });
  expect(passOver(0, 32, false)).toMatchObject({ steps: 0, rows: 0 });
});
