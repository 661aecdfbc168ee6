// What a primitive op is: its shape rule, its gradient, its meaning, and cases that the registry-driven suites run.
// One file a primitive. Everything else (layers, losses, optimizers) is composed of these.

import type { Affine, DType, Expression } from '../expression.ts';
import type { Shape } from '../shape.ts';
import type { Tensor } from '../tensor.ts';

/** What a gradient formula may use. Binary functions broadcast as numpy does. */
export interface Algebra {
  constantLike(t: Tensor, value: number): Tensor;
  add(a: Tensor, b: Tensor): Tensor;
  sub(a: Tensor, b: Tensor): Tensor;
  mul(a: Tensor, b: Tensor): Tensor;
  div(a: Tensor, b: Tensor): Tensor;
  scale(a: Tensor, factor: number): Tensor;
  neg(a: Tensor): Tensor;
  greater(a: Tensor, b: Tensor): Tensor;
  equal(a: Tensor, b: Tensor): Tensor;
  where(condition: Tensor, a: Tensor, b: Tensor): Tensor;
  sum(t: Tensor, axes: readonly number[], keepdim: boolean): Tensor;
  reshape(t: Tensor, shape: Shape): Tensor;
  permute(t: Tensor, order: readonly number[]): Tensor;
  transpose(t: Tensor): Tensor;
  broadcastTo(t: Tensor, shape: Shape): Tensor;
  matmul(a: Tensor, b: Tensor): Tensor;
}

export interface Shaped {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** How an op computes: plainly (for the reference backend) and as kernel data (for the emitters). */
export type Meaning =
  /** Output element = apply(the elements of the inputs at the same index). */
  | {
      readonly kind: 'elementwise';
      readonly apply: (...values: number[]) => number;
      readonly express: (...values: Expression[]) => Expression;
      /** Rough cost in additions: what recomputing costs beside storing. */
      readonly cost: number;
    }
  /** Output element = one element of the input. */
  | {
      readonly kind: 'movement';
      /** The input's index for an index of the output. */
      readonly element: (t: Tensor, index: readonly number[]) => readonly number[];
      /** The same with affine indices; null where it is not affine (then the input is stored first). */
      readonly source: (t: Tensor, index: readonly Affine[]) => readonly Affine[] | null;
    }
  /** Combines over `attrs.axes`, which stay with size 1. */
  | { readonly kind: 'reduce'; readonly combine: 'sum' | 'max' | 'argmax' }
  /** [..., M, K] · [..., K, N] */
  | { readonly kind: 'contract' }
  /** A value that comes from the program, not from other tensors. */
  | { readonly kind: 'leaf' }
  /** All inputs flattened, one after the other at `attrs.offsets`. */
  | { readonly kind: 'pack' };

/** Inputs for the registry-driven suites. */
export interface Case {
  readonly shapes: readonly Shape[];
  readonly attrs?: unknown;
  /** Interval that the inputs are drawn from; [-2, 2] where left out. */
  readonly domain?: readonly [number, number];
  /** Of every input; f32 where left out. */
  readonly dtype?: DType;
}

export interface Op {
  readonly name: string;
  readonly infer: (inputs: readonly Shaped[], attrs: unknown) => Shaped;
  /** d loss / d input for each input, from y = op(inputs) and gy = d loss / dy; null for an input without one. */
  readonly gradient: ((f: Algebra, y: Tensor, gy: Tensor) => readonly (Tensor | null)[]) | null;
  readonly meaning: Meaning;
  readonly cases: readonly Case[];
}

/** Sizes that a vector width does not divide: 1, primes, one over. */
export const ODD_SHAPES: readonly Shape[] = [[1], [3], [8], [2, 5], [3, 7], [4, 1, 5]];
