import { describe, expect, it } from 'vitest';
import { fitSeen, RangeWatch } from '#training/data/columns/seen.ts';
import { rowsIn } from '#training/data/rows/rows.ts';

const table = fitSeen(rowsIn(Float64Array.of(0, 10, 1, 30, 9, 999), 2), Int32Array.of(0, 1), ['a', 'b']);
const bytes = fitSeen(rowsIn(Uint8Array.of(0, 7, 255, 3), 2), Int32Array.of(0, 1), null);

function warnings(watch: RangeWatch, width: number, ...blocks: number[][]) {
  for (const block of blocks) watch.look(Float64Array.from(block), width);
  return watch.warnings().map(({ code, param, message }) => [code, param, message]);
}

it('records the range of each column, or of all numbers, over the training rows only', () => {
  expect(table).toEqual({ min: [0, 10], max: [1, 30] });
  expect(bytes).toEqual({ min: [0], max: [255] });
});

describe('warns about inputs', () => {
  const none = { kind: 'none' } as const;
  const scale = { kind: 'scale', divisor: 255 } as const;

  it('but not if they are inside the training range or close to it', () => {
    expect(warnings(new RangeWatch(table, none, ['a', 'b']), 2, [0.5, 20, 1.4, 1])).toEqual([]);
  });

  it('per column, with the number of rows and the first of them, over all blocks', () => {
    expect(warnings(new RangeWatch(table, none, ['a', 'b']), 2, [0, 20, 0, 50], [1, -90, 0, 10])).toEqual([
      [
        'outside_training',
        'b',
        'column "b": 2 of 4 rows are far outside the range of the training data (10 … 30), first in row 1 with 50',
      ],
    ]);
  });

  it('counting a row once, however many of its numbers are out of range', () => {
    const [[, , message] = []] = warnings(
      new RangeWatch(bytes, none, null),
      2,
      [900, 901, 3, 4, 1, 2, 905, 906],
    );
    expect(message).toContain('2 of 4 rows');
  });

  it('that are already scaled if the model scales them again', () => {
    const [[code, , message] = []] = warnings(new RangeWatch(bytes, scale, null), 2, [0, 0.5, 1, 0.25]);
    expect([code, message]).toEqual(['scaled_twice', expect.stringContaining('divides by 255 itself')]);
    expect(warnings(new RangeWatch(bytes, scale, null), 2, [0, 128, 1, 0])).toEqual([]);
    expect(warnings(new RangeWatch(bytes, scale, null), 2, [0, 0])).toEqual([]);
  });
});
