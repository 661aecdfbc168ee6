// What parameters hold before the first step: pure functions of the seed, the parameter's place in the model and
// the element.

import { STREAM, uniforms } from '#engine/random.ts';

/** Fills `into` from the seed; `index` is the parameter's place in the model. */
export type Initial = (into: Float32Array, seed: number, index: number) => void;

/** U(−bound, bound) */
export function uniformWithin(bound: number): Initial {
  return (into, seed, index) => {
    const draws = uniforms(seed, STREAM.weights + index, into.length);
    for (let i = 0; i < into.length; i++) into[i] = (2 * draws[i]! - 1) * bound;
  };
}

/** The same number everywhere. */
export function filledWith(value: number): Initial {
  return (into) => into.fill(value);
}
