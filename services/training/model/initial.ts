// Initial parameters: pure functions of the seed, the parameter's position in the model and the element.

import { openDraws } from '#engine/backends/wasm/draws.ts';
import { STREAM, uniforms } from '#engine/random.ts';

/** Fills `into` from the seed; `index` is the parameter's position in the model. */
export type Initial = (into: Float32Array, seed: number, index: number) => void;

/** Numbers drawn at a time; must be even. Drawing all at once would allocate twice the parameters' size. */
const BLOCK = 8192;

/** Below this count, compiling a module that draws faster does not pay off. */
const WORTH_A_MODULE = 2 * BLOCK;

/** Uniform draws for a parameter of `elements` numbers: `count` of them starting at `from`. Both implementations yield the same numbers. */
function drawsOf(elements: number, seed: number, index: number) {
  const stream = STREAM.weights + index;
  if (elements >= WORTH_A_MODULE) return openDraws(seed, stream);
  return (from: number, count: number) => uniforms(seed, stream, count, from);
}

/** U(−bound, bound) */
export function uniformWithin(bound: number): Initial {
  return (into, seed, index) => {
    const draw = drawsOf(into.length, seed, index);
    for (let from = 0; from < into.length; from += BLOCK) {
      const count = Math.min(BLOCK, into.length - from);
      const draws = draw(from, count);
      for (let i = 0; i < count; i++) into[from + i] = (2 * draws[i]! - 1) * bound;
    }
  };
}

/** A constant. */
export function filledWith(value: number): Initial {
  return (into) => into.fill(value);
}

/** N(0, 1), two numbers from two uniform draws (Box and Muller, 1958). */
export const normal: Initial = (into, seed, index) => {
  const draw = drawsOf(into.length, seed, index);
  for (let from = 0; from < into.length; from += BLOCK) {
    const count = Math.min(BLOCK, into.length - from);
    const draws = draw(from, count + (count % 2));
    for (let i = 0; i < count; i += 2) {
      // 1 − u is in (0, 1], so its logarithm is finite.
      const radius = Math.sqrt(-2 * Math.log(1 - draws[i]!));
      const angle = 2 * Math.PI * draws[i + 1]!;
      into[from + i] = radius * Math.cos(angle);
      if (i + 1 < count) into[from + i + 1] = radius * Math.sin(angle);
    }
  }
};
