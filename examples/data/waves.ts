// A series: two sines of unrelated periods, plus some noise.

import { random } from './random.ts';
import { rounded, type Samples } from './table.ts';

export interface Wave {
  readonly [column: string]: number;
  readonly second: number;
  readonly height: number;
}

export function makeWaves(count: number): Wave[] {
  const { normal } = random(3);
  return Array.from({ length: count }, (_, t) => ({
    second: t,
    height: rounded(
      Math.sin((2 * Math.PI * t) / 13) + 0.6 * Math.sin((2 * Math.PI * t) / 31 + 1) + 0.08 * normal(),
    ),
  }));
}

/** The same as arrays, for a job without a table: for each position, the `window` heights before it [time, features], and its own height. */
export function windowsOf(waves: readonly Wave[], window: number): Samples<number[][], number> {
  const targets = waves.slice(window).map(({ height }) => height);
  const inputs = targets.map((_, i) => waves.slice(i, i + window).map(({ height }) => [height]));
  return { inputs, targets };
}
