// The definition of a primitive op: its shape rule, its gradient, its reference implementation, and the cases that the registry-driven test
// suites run. One file per primitive. Everything else (layers, losses, optimizers) is composed of primitives.

import type { Affine, DType, Expression } from '../expression.ts';
import type { Shape } from '../shape.ts';
import type { Graph, Tensor } from '../tensor.ts';

/** Attributes of a convolution over two spatial axes without padding (pad first). */
export interface ConvolutionAttrs {
  readonly stride: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly groups: number;
}

/** The ops that a gradient formula may use. Binary ops broadcast as in numpy. */
export interface Algebra {
  constantLike(t: Tensor, value: number): Tensor;
  add(a: Tensor, b: Tensor): Tensor;
  sub(a: Tensor, b: Tensor): Tensor;
  mul(a: Tensor, b: Tensor): Tensor;
  div(a: Tensor, b: Tensor): Tensor;
  scale(a: Tensor, factor: number): Tensor;
  neg(a: Tensor): Tensor;
  exp(a: Tensor): Tensor;
  greater(a: Tensor, b: Tensor): Tensor;
  equal(a: Tensor, b: Tensor): Tensor;
  where(condition: Tensor, a: Tensor, b: Tensor): Tensor;
  sum(t: Tensor, axes: readonly number[], keepdim: boolean): Tensor;
  /** The reduced axes are kept, with size 1. */
  max(t: Tensor, axes: readonly number[]): Tensor;
  iota(graph: Graph, shape: Shape, axis: number): Tensor;
  toF32(t: Tensor): Tensor;
  reshape(t: Tensor, shape: Shape): Tensor;
  permute(t: Tensor, order: readonly number[]): Tensor;
  transpose(t: Tensor): Tensor;
  broadcastTo(t: Tensor, shape: Shape): Tensor;
  slice(t: Tensor, start: readonly number[], end: readonly number[], step?: readonly number[]): Tensor;
  pad(t: Tensor, before: readonly number[], after: readonly number[], step?: readonly number[]): Tensor;
  flip(t: Tensor, axes: readonly number[]): Tensor;
  gather(t: Tensor, index: Tensor): Tensor;
  scatter(t: Tensor, index: Tensor, rows: number): Tensor;
  convolution(x: Tensor, w: Tensor, attrs: ConvolutionAttrs): Tensor;
  convolutionWeight(x: Tensor, gy: Tensor, attrs: ConvolutionAttrs & { readonly kernel: Shape }): Tensor;
  matmul(a: Tensor, b: Tensor): Tensor;
}

export interface Shaped {
  readonly shape: Shape;
  readonly dtype: DType;
}

/**
 * How an op computes: directly (for the reference backend) and as kernel data (for the emitters). Functions of the op's own tensors are
 * declared as methods, so that an op with attributes of its own type is still an Op.
 */
export type Meaning<A = unknown> =
  /** Output element = apply(the input elements at the same index). */
  | {
      readonly kind: 'elementwise';
      readonly apply: (...values: number[]) => number;
      readonly express: (...values: Expression[]) => Expression;
      /** Approximate cost in additions, to weigh recomputing against storing. */
      readonly cost: number;
      /** How many of the first inputs are conditions, which may have another dtype; none if omitted. */
      readonly conditions?: number;
    }
  /** Output element = one element of the input. */
  | {
      readonly kind: 'movement';
      /** The input index for an output index. */
      element(t: Tensor<A>, index: readonly number[]): readonly number[];
      /** The same for affine indices; null if the result is not affine (the input is then stored first). */
      source(t: Tensor<A>, index: readonly Affine[]): readonly Affine[] | null;
    }
  /** Combines over `attrs.axes`, which are kept, with size 1. */
  | { readonly kind: 'reduce'; readonly combine: 'sum' | 'max' | 'argmax' }
  /** Σ over k of the product of two elements, one from each input. */
  | {
      readonly kind: 'contract';
      contraction(t: Tensor<A>): Contraction;
      /** Which input is `a` and which is `b`. */
      readonly order: readonly [number, number];
    }
  /** Takes rows of the first input by the row numbers in the second (i32): [...index shape, ...row shape]. */
  | { readonly kind: 'gather' }
  /** Adds up rows of the first input by the row numbers in the second (i32), in order. */
  | { readonly kind: 'scatter' }
  /** A value that comes from the program, not from other tensors. */
  | { readonly kind: 'leaf' }
  /** Every input fills its own region of the output; the rest is 0. */
  | { readonly kind: 'assemble'; regions(t: Tensor<A>): readonly Region[] };

/** Where an input's element at `index` goes in the row-major output: offset + Σ strides[axis] · index[axis]. */
export interface Region {
  readonly offset: number;
  readonly strides: readonly number[];
}

/**
 * A contraction as four groups of loop variables. `a`, `b` and `out` map the loop variables, in the order batch, m, n, k, to an index of
 * the respective input or the output. Vector lanes lie along the last variable of `n`.
 */
export interface Contraction {
  readonly batch: readonly number[];
  readonly m: readonly number[];
  readonly n: readonly number[];
  readonly k: readonly number[];
  readonly a: (v: readonly Affine[]) => readonly Affine[];
  readonly b: (v: readonly Affine[]) => readonly Affine[];
  readonly out: (v: readonly Affine[]) => readonly Affine[];
}

/** Inputs for the test suites that run over all ops. */
export interface Case {
  readonly shapes: readonly Shape[];
  readonly attrs?: unknown;
  /** Interval from which the inputs are drawn; [-2, 2] if omitted. */
  readonly domain?: readonly [number, number];
  /** Dtype of all inputs; f32 if omitted. */
  readonly dtype?: DType;
  /** If set, the second input holds row numbers below this. */
  readonly rows?: number;
}

interface Derivative<A> {
  /** d loss / d each input, given y = op(inputs) and gy = d loss / dy; null for an input that gets no gradient. */
  gradient(f: Algebra, y: Tensor<A>, gy: Tensor): readonly (Tensor | null)[];
}

/** @typeParam A its attributes */
export interface Op<A = unknown> {
  readonly name: string;
  infer(inputs: readonly Shaped[], attrs: A): Shaped;
  readonly gradient: Derivative<A>['gradient'] | null;
  readonly meaning: Meaning<A>;
  readonly cases: readonly Case[];
}

/** Mostly sizes that are no multiple of a vector width: 1, primes, one more than a multiple. */
export const ODD_SHAPES: readonly Shape[] = [[1], [3], [8], [2, 5], [3, 7], [4, 1, 5]];
