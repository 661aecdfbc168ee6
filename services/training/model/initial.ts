// Initial parameters: pure functions of the seed, the parameter's position in the model and the element.

import { openDraws } from '#engine/backends/wasm/draws.ts';
import { STREAM, uniforms } from '#engine/random.ts';

/** Fills `into` from the seed; `index` is the parameter's place in the model. */
export type Initial = (into: Float32Array, seed: number, index: number) => void;

/** Numbers drawn at a time, an even count: millions at once would be new memory of twice the parameters' size. */
const BLOCK = 8192;

/** Fewer numbers are drawn before a module is made that draws them faster. */
const WORTH_A_MODULE = 2 * BLOCK;

/** The uniform draws of a parameter of so many elements, `count` of them from `from` on: the same numbers either way. */
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

/** The same number everywhere. */
export function filledWith(value: number): Initial {
  return (into) => into.fill(value);
}

/** N(0, 1), two from two uniform draws (Box and Muller, 1958). */
export const normal: Initial = (into, seed, index) => {
  const draw = drawsOf(into.length, seed, index);
  for (let from = 0; from < into.length; from += BLOCK) {
    const count = Math.min(BLOCK, into.length - from);
    const draws = draw(from, count + (count % 2));
    for (let i = 0; i < count; i += 2) {
      // 1 − u lies in (0, 1]: its logarithm is finite.
      const radius = Math.sqrt(-2 * Math.log(1 - draws[i]!));
      const angle = 2 * Math.PI * draws[i + 1]!;
      into[from + i] = radius * Math.cos(angle);
      if (i + 1 < count) into[from + i + 1] = radius * Math.sin(angle);
    }
  }
};
