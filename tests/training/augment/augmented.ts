// Applies an augmentation to one row of a table, for tests with known results.

import { type Augment, augmenter } from '#training/augment/augmenter.ts';

export type Step = Augment['steps'][number];
export type Shape = Augment['shape'];

/** The row as training sees it in the epoch; `raw`, if given, stands in for `pixels`. */
export function augmented(
  step: Step | Step[],
  shape: Shape,
  pixels: readonly number[],
  { row = 0, epoch = 0, white = 1, seed = 3 } = {},
  raw: Float64Array | Uint8Array = Float64Array.from(pixels),
): number[] {
  augmenter({ seed, shape, white, steps: [step].flat() })(raw, Int32Array.of(row), epoch);
  return [...raw];
}

export const SIX = [1, 2, 3, 4, 5, 6];
/** Enough rows for every choice to be drawn. */
export const rows = Array.from({ length: 200 }, (_, row) => row);
