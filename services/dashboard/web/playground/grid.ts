// The grid of points at which pictures are sampled: SIDE × SIDE over the square, extending slightly beyond its edges.

import { type FeatureName, featuresOf } from './problems.ts';

export const SIDE = 40;
export const REACH = 1.15;

/** [SIDE × SIDE, features], row by row from the top left. */
export function gridOf(features: readonly FeatureName[]): Float32Array {
  const at = (i: number) => REACH * ((2 * (i + 0.5)) / SIDE - 1);
  const rows = Array.from({ length: SIDE * SIDE }, (_, i) =>
    featuresOf(features, at(i % SIDE), -at(Math.floor(i / SIDE))),
  );
  return Float32Array.from(rows.flat());
}
