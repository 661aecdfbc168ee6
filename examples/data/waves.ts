// A series: two sines that never meet in the same way twice, and some noise.

import { random } from './random.ts';
import { rounded, type Split, split } from './table.ts';

/** Time steps that a network sees; what it learns is the one after them. */
export const WINDOW = 24;

export function makeWaves(count: number, unseen: number): Split<number[][], number> {
  const { normal } = random(3);
  const series = Array.from({ length: count + WINDOW }, (_, t) =>
    rounded(Math.sin((2 * Math.PI * t) / 13) + 0.6 * Math.sin((2 * Math.PI * t) / 31 + 1) + 0.08 * normal()),
  );
  // [time, features] with one feature, and the value that comes next.
  return split(count, unseen, (i) => [
    series.slice(i, i + WINDOW).map((value) => [value]),
    series[i + WINDOW]!,
  ]);
}
