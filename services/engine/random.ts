// Counter-based random numbers: a pure function of key and counter, so nothing about them has to be saved, and any
// number can be had without those before it.
// Method: Threefry-2x32 with 20 rounds, from Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (2011);
// the tests hold it to the authors' published known answers.

const ROTATIONS = [13, 15, 26, 6, 17, 29, 16, 24] as const;
const PARITY = 0x1bd11bda;
export const THREEFRY = { rounds: 20, rotations: ROTATIONS, parity: PARITY } as const;

/** Streams of one seed: what the numbers are for. A program's own (dropout masks) start at `program`. */
export const STREAM = { weights: 0x1000_0000, split: 0x2000_0000, order: 0x3000_0000, program: 0 } as const;

/** The second word of what `draw` drew last: two results without an array for each of millions of calls. */
let second = 0;

/** The first word. Written out with constant rotations: several times as fast as the loop that it stands for. */
function draw(k0: number, k1: number, c0: number, c1: number): number {
  const k2 = PARITY ^ k0 ^ k1;
  let x = (c0 + k0) | 0;
  let y = (c1 + k1) | 0;
  x = (x + y) | 0;
  y = ((y << 13) | (y >>> 19)) ^ x;
  x = (x + y) | 0;
  y = ((y << 15) | (y >>> 17)) ^ x;
  x = (x + y) | 0;
  y = ((y << 26) | (y >>> 6)) ^ x;
  x = (x + y) | 0;
  y = ((y << 6) | (y >>> 26)) ^ x;
  x = (x + k1) | 0;
  y = (y + k2 + 1) | 0;
  x = (x + y) | 0;
  y = ((y << 17) | (y >>> 15)) ^ x;
  x = (x + y) | 0;
  y = ((y << 29) | (y >>> 3)) ^ x;
  x = (x + y) | 0;
  y = ((y << 16) | (y >>> 16)) ^ x;
  x = (x + y) | 0;
  y = ((y << 24) | (y >>> 8)) ^ x;
  x = (x + k2) | 0;
  y = (y + k0 + 2) | 0;
  x = (x + y) | 0;
  y = ((y << 13) | (y >>> 19)) ^ x;
  x = (x + y) | 0;
  y = ((y << 15) | (y >>> 17)) ^ x;
  x = (x + y) | 0;
  y = ((y << 26) | (y >>> 6)) ^ x;
  x = (x + y) | 0;
  y = ((y << 6) | (y >>> 26)) ^ x;
  x = (x + k0) | 0;
  y = (y + k1 + 3) | 0;
  x = (x + y) | 0;
  y = ((y << 17) | (y >>> 15)) ^ x;
  x = (x + y) | 0;
  y = ((y << 29) | (y >>> 3)) ^ x;
  x = (x + y) | 0;
  y = ((y << 16) | (y >>> 16)) ^ x;
  x = (x + y) | 0;
  y = ((y << 24) | (y >>> 8)) ^ x;
  x = (x + k1) | 0;
  y = (y + k2 + 4) | 0;
  x = (x + y) | 0;
  y = ((y << 13) | (y >>> 19)) ^ x;
  x = (x + y) | 0;
  y = ((y << 15) | (y >>> 17)) ^ x;
  x = (x + y) | 0;
  y = ((y << 26) | (y >>> 6)) ^ x;
  x = (x + y) | 0;
  y = ((y << 6) | (y >>> 26)) ^ x;
  x = (x + k2) | 0;
  y = (y + k0 + 5) | 0;
  second = y >>> 0;
  return x >>> 0;
}

/** Two words from a key of two words and a counter of two words. */
export function threefry2x32(k0: number, k1: number, c0: number, c1: number): [number, number] {
  const first = draw(k0, k1, c0, c1);
  return [first, second];
}

/** A seed of up to 53 bits as one key word: both halves count. */
export function seedWord(seed: number): number {
  const high = Math.floor(seed / 2 ** 32);
  return high === 0 ? seed >>> 0 : threefry2x32(seed >>> 0, high, 0, 0)[0];
}

/** The uniform number in [0, 1) that a word of random bits stands for: its upper 24 bits, as many as f32 holds. */
export function uniformOf(bits: number): number {
  return (bits >>> 8) * 2 ** -24;
}

/** `count` uniform numbers in [0, 1), from the `from`-th of the stream on. */
export function uniforms(seed: number, stream: number, count: number, from = 0): Float64Array {
  const key = seedWord(seed);
  const draws = new Float64Array(count);
  for (let i = 0; i < count; i++) draws[i] = uniformOf(draw(key, stream, 0, from + i));
  return draws;
}

/** A permutation of 0 … count − 1 (Fisher–Yates): `round` tells one epoch's from the next. */
export function permutation(seed: number, stream: number, round: number, count: number): Int32Array {
  const key = seedWord(seed);
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let last = count - 1; last > 0; last--) {
    const high = draw(key, stream, round, last);
    const low = second;
    // 53 random bits times the range: for counts that fit in memory the bias is below 2⁻²⁰.
    const pick = Math.floor(((high >>> 5) * 2 ** 26 + (low >>> 6)) * 2 ** -53 * (last + 1));
    const swap = order[last]!;
    order[last] = order[pick]!;
    order[pick] = swap;
  }
  return order;
}
