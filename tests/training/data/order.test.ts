import { describe, expect, it } from 'vitest';
import { epochOrder } from '#training/data/rows/order.ts';
import { passOver } from '#training/run/pass.ts';
import { splitOf } from './split.ts';

const sorted = (rows: Int32Array) => [...rows].sort((a, b) => a - b);

describe('the order of an epoch', () => {
  const split = splitOf(40, { validation_split: 0.25 }, 3);

  it('visits every training row once, then the held-out rows in order', () => {
    const order = epochOrder(split, true, 3, 0);
    expect(sorted(order.slice(0, 30))).toEqual([...split.train]);
    expect(order.slice(30)).toEqual(split.validation);
  });

  it('changes every epoch, and is reproducible from seed and epoch', () => {
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
