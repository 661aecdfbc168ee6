// The leaves of a graph: constants, indices, and the program's states, data and scalars.

import type { DType } from '../expression.ts';
import type { Shape } from '../shape.ts';
import type { Op } from './op.ts';

export interface ConstantAttrs {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly value: number;
}
export interface IotaAttrs {
  readonly shape: Shape;
  readonly axis: number;
}
export interface UniformAttrs {
  readonly shape: Shape;
  readonly stream: number;
}
/** Attributes of a whole state, a batch of data rows, or one of the step's scalars. */
export interface SourceAttrs {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly name: string;
  /** Set for a batch of data stored as bytes. */
  readonly bytes?: { readonly divisor: number };
}

function leaf<A>(name: string, infer: (attrs: A) => { shape: Shape; dtype: DType }): Op<A> {
  return {
    name,
    infer: (_, attrs) => infer(attrs),
    gradient: null,
    meaning: { kind: 'leaf' },
    cases: [],
  };
}

/** The same value in every element. */
export const constant = leaf<ConstantAttrs>('constant', (attrs) => attrs);
/** The index along an axis. */
export const iota = leaf<IotaAttrs>('iota', ({ shape }) => ({ shape, dtype: 'i32' }));
/** Uniform in [0, 1): Threefry-2x32 with key (seed, stream) and counter (step, element). */
export const uniform = leaf<UniformAttrs>('uniform', ({ shape }) => ({ shape, dtype: 'f32' }));
export const state = leaf<SourceAttrs>('state', (attrs) => attrs);
export const batch = leaf<SourceAttrs>('batch', (attrs) => attrs);
export const scalar = leaf<SourceAttrs>('scalar', (attrs) => attrs);
