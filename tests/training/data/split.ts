// Splits rows of which only the number, the targets and the marks matter.

import { readInline } from '#training/data/formats/inline.ts';
import { tableInMemory } from '#training/data/rows/job-table.ts';
import { type Split, splitRows } from '#training/data/rows/split.ts';
import type { Holding } from '#training/job/held-out.ts';

export const tableOf = (targets: readonly number[], marks?: readonly number[]) => {
  const table = tableInMemory(readInline({ inputs: targets.map(() => [0]), targets: [...targets] }).table);
  if (marks === undefined) return table;
  const count = (mark: number) => marks.filter((each) => each === mark).length;
  const split = { column: 'for', train: count(0), validation: count(1), test: count(2) };
  return { ...table, info: { ...table.info, split }, marks: Uint8Array.from(marks) };
};

export const holding = (over: Partial<Holding>): Holding => ({
  validation_split: 0,
  validation: null,
  test: null,
  shuffle: true,
  ...over,
});

export const splitOf = (samples: number, over: Partial<Holding>, seed = 1): Split =>
  splitRows(tableOf(Array.from({ length: samples }, () => 0)), holding(over), seed);
