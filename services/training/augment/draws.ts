// The random numbers of one augmentation of one row in one epoch: a function of these, the seed and the augmentation's position only, so
// that a resumed run draws the same numbers as an unbroken one.

import { STREAM, seedWord, threefry2x32, uniformOf } from '#engine/random.ts';

export class Draws {
  readonly #key: readonly [number, number];
  #count = 0;

  /** @param place position of the augmentation in the job's list */
  constructor(seed: number, place: number, epoch: number, row: number) {
    this.#key = threefry2x32(seedWord(seed), STREAM.augment + place, epoch, row);
  }

  /** In [low, high). */
  uniform(low = 0, high = 1): number {
    const [bits] = threefry2x32(this.#key[0], this.#key[1], 0, this.#count++);
    return low + (high - low) * uniformOf(bits);
  }

  /** 0 … count − 1. */
  below(count: number): number {
    return Math.floor(this.uniform() * count);
  }
}
