// Counter-based random numbers: a pure function of key and counter, so there is no state to save, and any number can be computed without
// those before it.
// Method: Threefry-2x32 with 20 rounds, from Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (2011);
// the tests check it against the authors' published known answers.

const ROTATIONS = [13, 15, 26, 6, 17, 29, 16, 24] as const;
const PARITY = 0x1bd11bda;
export const THREEFRY = { rounds: 20, rotations: ROTATIONS, parity: PARITY } as const;

/** Streams of one seed, by what the numbers are for. A program's own (dropout masks) start at `program`. */
export const STREAM = {
  weights: 0x1000_0000,
  split: 0x2000_0000,
  order: 0x3000_0000,
  generate: 0x4000_0000,
  augment: 0x5000_0000,
  program: 0,
} as const;

/** Two random words from a two-word key and a two-word counter. */
export function threefry2x32(k0: number, k1: number, c0: number, c1: number): [number, number] {
  const keys = [k0, k1, PARITY ^ k0 ^ k1];
  let x0 = (c0 + k0) | 0;
  let x1 = (c1 + k1) | 0;
  for (let round = 0; round < THREEFRY.rounds; round++) {
    const rotation = ROTATIONS[round % 8]!;
    x0 = (x0 + x1) | 0;
    x1 = ((x1 << rotation) | (x1 >>> (32 - rotation))) ^ x0;
    if (round % 4 === 3) {
      const injection = (round + 1) / 4;
      x0 = (x0 + keys[injection % 3]!) | 0;
      x1 = (x1 + keys[(injection + 1) % 3]! + injection) | 0;
    }
  }
  return [x0 >>> 0, x1 >>> 0];
}

/** Folds a seed of up to 53 bits into one key word; both halves count. */
export function seedWord(seed: number): number {
  const high = Math.floor(seed / 2 ** 32);
  return high === 0 ? seed >>> 0 : threefry2x32(seed >>> 0, high, 0, 0)[0];
}

/** Converts a word of random bits to a uniform number in [0, 1), using its upper 24 bits, as many as f32 holds. */
export function uniformOf(bits: number): number {
  return (bits >>> 8) * 2 ** -24;
}

/** `count` uniform numbers in [0, 1), starting at number `from` of the stream. */
export function uniforms(seed: number, stream: number, count: number, from = 0): Float64Array {
  const key = seedWord(seed);
  const draws = new Float64Array(count);
  for (let i = 0; i < count; i++) draws[i] = uniformOf(threefry2x32(key, stream, 0, from + i)[0]);
  return draws;
}

/** A permutation of 0 … count − 1 (Fisher–Yates); `round` distinguishes epochs. */
export function permutation(seed: number, stream: number, round: number, count: number): Int32Array {
  const key = seedWord(seed);
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let last = count - 1; last > 0; last--) {
    const [high, low] = threefry2x32(key, stream, round, last);
    // 53 random bits times the range; for counts that fit in memory, the bias is below 2⁻²⁰.
    const pick = Math.floor(((high >>> 5) * 2 ** 26 + (low >>> 6)) * 2 ** -53 * (last + 1));
    const swap = order[last]!;
    order[last] = order[pick]!;
    order[pick] = swap;
  }
  return order;
}
