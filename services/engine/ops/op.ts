// What a primitive op is: its shape rule, its gradient, its meaning, and cases that the registry-driven suites run.
// One file a primitive. Everything else (layers, losses, optimizers) is composed of these.

import type { Affine, DType, Expression } from '../expression.ts';
import type { Shape } from '../shape.ts';
import type { Graph, Tensor } from '../tensor.ts';

/** Of a convolution over two spatial axes without padding (pad first). */
export interface ConvolutionAttrs {
  readonly stride: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly groups: number;
}

/** What a gradient formula may use. Binary functions broadcast as numpy does. */
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
  /** Over axes that stay with size 1. */
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

/** How an op computes: plainly (for the reference backend) and as kernel data (for the emitters). */
export type Meaning =
  /** Output element = apply(the elements of the inputs at the same index). */
  | {
      readonly kind: 'elementwise';
      readonly apply: (...values: number[]) => number;
      readonly express: (...values: Expression[]) => Expression;
      /** Rough cost in additions: what recomputing costs beside storing. */
      readonly cost: number;
      /** How many of the first inputs are conditions, which may be of another dtype; none if omitted. */
      readonly conditions?: number;
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
  /** Σ over k of a product of two elements, one of each input. */
  | {
      readonly kind: 'contract';
      readonly contraction: (t: Tensor) => Contraction;
      /** Which input is `a` and which is `b`. */
      readonly order: readonly [number, number];
    }
  /** Rows of the first input, by the numbers in the second (i32): [...index shape, ...row shape]. */
  | { readonly kind: 'gather' }
  /** Rows of the first input added up at the row numbers in the second (i32), in their order. */
  | { readonly kind: 'scatter' }
  /** A value that comes from the program, not from other tensors. */
  | { readonly kind: 'leaf' }
  /** Every input has a region of the output of its own; elsewhere the output is 0. */
  | { readonly kind: 'assemble'; readonly regions: (t: Tensor) => readonly Region[] };

/** Where in the output (row-major) the element of an input at `index` lies: offset + Σ strides[axis] · index[axis]. */
export interface Region {
  readonly offset: number;
  readonly strides: readonly number[];
}

/**
 * A contraction as four groups of loop variables and where each reads and writes. `a`, `b` and `out` map the loop
 * variables, in the order batch, m, n, k, to an index of the input or output.
 * The last of `n` is the one that vector lanes lie along.
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

/** Inputs for the registry-driven suites. */
export interface Case {
  readonly shapes: readonly Shape[];
  readonly attrs?: unknown;
  /** Interval that the inputs are drawn from; [-2, 2] if omitted. */
  readonly domain?: readonly [number, number];
  /** Of every input; f32 if omitted. */
  readonly dtype?: DType;
  /** The second input is row numbers below this. */
  readonly rows?: number;
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
