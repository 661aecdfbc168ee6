// The functions that build graphs: numpy's broadcasting over the primitives, and the few compositions that
// everything needs. Shapes in comments are [outermost, …, innermost].

import { ShapeError } from './errors.ts';
import type { DType } from './expression.ts';
import { ops } from './ops/index.ts';
import type { ConstantAttrs, IotaAttrs, UniformAttrs } from './ops/leaves.ts';
import type { BroadcastAttrs } from './ops/movement/broadcast.ts';
import type { ConcatAttrs } from './ops/movement/concat.ts';
import type { FlipAttrs } from './ops/movement/flip.ts';
import type { ScatterAttrs } from './ops/movement/gather.ts';
import type { PackAttrs } from './ops/movement/pack.ts';
import type { PadAttrs } from './ops/movement/pad.ts';
import type { PermuteAttrs } from './ops/movement/permute.ts';
import type { ReshapeAttrs } from './ops/movement/reshape.ts';
import type { SliceAttrs } from './ops/movement/slice.ts';
import type { WindowAttrs } from './ops/movement/window.ts';
import type { Algebra, ConvolutionAttrs, Op } from './ops/op.ts';
import type { ReduceAttrs } from './ops/reductions/reduce.ts';
import { broadcastShapes, type Shape, sameShape, sizeOf } from './shape.ts';
import type { Graph, Tensor } from './tensor.ts';

export function constant(graph: Graph, value: number, shape: Shape = [], dtype: DType = 'f32'): Tensor {
  return graph.add(ops.constant, [], { shape, dtype, value } satisfies ConstantAttrs);
}

/** The index along `axis`, as i32. */
export function iota(graph: Graph, shape: Shape, axis: number): Tensor {
  return graph.add(ops.iota, [], { shape, axis } satisfies IotaAttrs);
}

/** Uniform in [0, 1), a new draw for every step; `stream` distinguishes uses. */
export function uniform(graph: Graph, shape: Shape, stream: number): Tensor {
  return graph.add(ops.uniform, [], { shape, stream } satisfies UniformAttrs);
}

export function constantLike(t: Tensor, value: number): Tensor {
  return constant(t.graph, value, t.shape, t.dtype);
}

export function broadcastTo(t: Tensor, shape: Shape): Tensor {
  return sameShape(t.shape, shape) ? t : t.graph.add(ops.broadcast, [t], { shape } satisfies BroadcastAttrs);
}

export function reshape(t: Tensor, shape: Shape): Tensor {
  return sameShape(t.shape, shape) ? t : t.graph.add(ops.reshape, [t], { shape } satisfies ReshapeAttrs);
}

/** Every step[i]-th element from start[i] up to, not including, end[i]. */
export function slice(
  t: Tensor,
  start: readonly number[],
  end: readonly number[],
  step: readonly number[] = t.shape.map(() => 1),
): Tensor {
  const whole = start.every((from, axis) => from === 0 && end[axis] === t.shape[axis] && step[axis] === 1);
  if (whole) return t;
  const smaller = step.every((s) => s === 1) ? sliceOfLess(t, start, end) : null;
  return smaller ?? t.graph.add(ops.slice, [t], { start, end, step } satisfies SliceAttrs);
}

/** A part of a padded tensor is one padded less, and of a convolution's image one of a part of its input: null if neither. */
function sliceOfLess(t: Tensor, start: readonly number[], end: readonly number[]): Tensor | null {
  if (t.op === ops.pad) {
    const { before, after, step } = t.attrs as PadAttrs;
    const less = {
      before: before.map((count, axis) => count - start[axis]!),
      after: after.map((count, axis) => count - (t.shape[axis]! - end[axis]!)),
    };
    const keepsAll = [...less.before, ...less.after].every((count) => count >= 0);
    return keepsAll ? pad(t.inputs[0]!, less.before, less.after, step) : null;
  }
  if (t.op === ops.convolution) {
    const { stride, dilation } = t.attrs as ConvolutionAttrs;
    const channels = start[0] === 0 && start[1] === 0 && end[0] === t.shape[0] && end[1] === t.shape[1];
    if (!channels || stride[0] !== 1 || stride[1] !== 1) return null;
    const [x, w] = t.inputs as [Tensor, Tensor];
    const reach = (i: 0 | 1) => end[2 + i]! + (w.shape[2 + i]! - 1) * dilation[i];
    const part = slice(x, start, [x.shape[0]!, x.shape[1]!, reach(0), reach(1)]);
    return convolution(part, w, t.attrs as ConvolutionAttrs);
  }
  return null;
}

/** Zeros before and after, and step[i] − 1 of them between neighbours. */
export function pad(
  t: Tensor,
  before: readonly number[],
  after: readonly number[],
  step: readonly number[] = t.shape.map(() => 1),
): Tensor {
  const nothing = before.every((count, axis) => count === 0 && after[axis] === 0 && step[axis] === 1);
  return nothing ? t : t.graph.add(ops.pad, [t], { before, after, step } satisfies PadAttrs);
}

export function concat(tensors: readonly Tensor[], axis: number): Tensor {
  const [first] = tensors;
  if (tensors.length === 1) return first!;
  return first!.graph.add(ops.concat, tensors, {
    axis: axis < 0 ? axis + first!.shape.length : axis,
  } satisfies ConcatAttrs);
}

/** Each axis in `axes` from its end to its start. */
export function flip(t: Tensor, axes: readonly number[]): Tensor {
  return t.graph.add(ops.flip, [t], { axes } satisfies FlipAttrs);
}

/** Sliding windows over the last two axes: [..., H, W] → [..., outH, outW, kernelH, kernelW], a view. */
export function window(t: Tensor, attrs: WindowAttrs): Tensor {
  return t.graph.add(ops.window, [t], attrs);
}

/** x [B, C, H, W] with w [O, C / groups, kH, kW] → [B, O, outH, outW]; pad x first where padding is wanted. */
export function convolution(x: Tensor, w: Tensor, attrs: ConvolutionAttrs): Tensor {
  return x.graph.add(ops.convolution, [x, w], attrs);
}

function convolutionWeight(
  x: Tensor,
  gy: Tensor,
  attrs: ConvolutionAttrs & { readonly kernel: Shape },
): Tensor {
  return x.graph.add(ops.convolutionWeight, [x, gy], attrs);
}

/** Rows of `table` [V, ...row] by number: index (i32, any shape) → [...index shape, ...row]. */
export function gather(table: Tensor, index: Tensor): Tensor {
  return table.graph.add(ops.gather, [table, index]);
}

/** Values [...index shape, ...row] added up by row number → [rows, ...row]. */
export function scatter(values: Tensor, index: Tensor, rows: number): Tensor {
  return values.graph.add(ops.scatter, [values, index], { rows } satisfies ScatterAttrs);
}

/** Axis i of the result is axis order[i] of `t`. */
export function permute(t: Tensor, order: readonly number[]): Tensor {
  if (order.every((from, axis) => from === axis)) return t;
  // A permutation of a permutation is one; undone, it is none.
  if (t.op === ops.permute) {
    const first = (t.attrs as PermuteAttrs).order;
    return permute(
      t.inputs[0]!,
      order.map((axis) => first[axis]!),
    );
  }
  // (A B)ᵀ = Bᵀ Aᵀ: the contraction then writes its result in the order that is wanted.
  const last = order.length - 1;
  const swapsLastTwo = order.every(
    (from, axis) => from === (axis === last ? last - 1 : axis === last - 1 ? last : axis),
  );
  if (t.op === ops.matmul && swapsLastTwo) return matmul(transpose(t.inputs[1]!), transpose(t.inputs[0]!));
  return t.graph.add(ops.permute, [t], { order } satisfies PermuteAttrs);
}

/** Swaps the last two axes. */
export function transpose(t: Tensor): Tensor {
  const order = [...t.shape.keys()];
  order.push(...order.splice(-2).reverse());
  return permute(t, order);
}

function broadcasting(op: Op): (a: Tensor, b: Tensor) => Tensor {
  return (a, b) => {
    const shape = broadcastShapes(a.shape, b.shape);
    if (shape === null) throw new ShapeError(op.name, [a.shape, b.shape], 'the shapes must broadcast');
    return a.graph.add(op, [broadcastTo(a, shape), broadcastTo(b, shape)]);
  };
}

export const add = broadcasting(ops.add);
export const sub = broadcasting(ops.sub);
export const mul = broadcasting(ops.mul);
export const div = broadcasting(ops.div);
export const maximum = broadcasting(ops.maximum);
export const minimum = broadcasting(ops.minimum);
/** 1 where equal, else 0 (f32). */
export const equal = broadcasting(ops.equal);
/** 1 where a > b, else 0 (f32). */
export const greater = broadcasting(ops.greater);

export const neg = (t: Tensor): Tensor => t.graph.add(ops.neg, [t]);
export const erf = (t: Tensor): Tensor => t.graph.add(ops.erf, [t]);
export const exp = (t: Tensor): Tensor => t.graph.add(ops.exp, [t]);
export const log = (t: Tensor): Tensor => t.graph.add(ops.log, [t]);
export const log1p = (t: Tensor): Tensor => t.graph.add(ops.log1p, [t]);
export const sqrt = (t: Tensor): Tensor => t.graph.add(ops.sqrt, [t]);
export const abs = (t: Tensor): Tensor => t.graph.add(ops.abs, [t]);
export const relu = (t: Tensor): Tensor => t.graph.add(ops.relu, [t]);
export const sigmoid = (t: Tensor): Tensor => t.graph.add(ops.sigmoid, [t]);
export const tanh = (t: Tensor): Tensor => t.graph.add(ops.tanh, [t]);
/** i32 as f32; f32 as it is. */
export const toF32 = (t: Tensor): Tensor => (t.dtype === 'f32' ? t : t.graph.add(ops.toF32, [t]));
/** t · factor */
export const scale = (t: Tensor, factor: number): Tensor => mul(t, constant(t.graph, factor));
/** t + term */
export const shift = (t: Tensor, term: number): Tensor => add(t, constant(t.graph, term));

/** a where the condition is not 0, else b. */
export function where(condition: Tensor, a: Tensor, b: Tensor): Tensor {
  const inner = broadcastShapes(a.shape, b.shape);
  const shape = inner && broadcastShapes(condition.shape, inner);
  if (shape === null)
    throw new ShapeError('where', [condition.shape, a.shape, b.shape], 'the shapes must broadcast');
  return a.graph.add(
    ops.where,
    [condition, a, b].map((t) => broadcastTo(t, shape)),
  );
}

function reduction(op: Op, attrs: object = {}) {
  return (t: Tensor, axes: readonly number[] = [...t.shape.keys()], keepdim = false): Tensor => {
    const from = axes.map((axis) => (axis < 0 ? axis + t.shape.length : axis));
    const reduced =
      from.length === 0 ? t : t.graph.add(op, [t], { ...attrs, axes: from } satisfies ReduceAttrs);
    return keepdim
      ? reduced
      : reshape(
          reduced,
          reduced.shape.filter((_, axis) => !from.includes(axis)),
        );
  };
}

/** The lowest float. It stands for −∞ in masks and paddings: GPUs need not know infinities. */
export const LOWEST = -(2 - 2 ** -23) * 2 ** 127;

/** Over all axes where none are named. Negative axes count from the end. */
export const sum = reduction(ops.sum);
/** The largest, over all axes where none are named. Where several are, they share its gradient equally. */
export const max = reduction(ops.max, { ties: 'share' });
/** The largest; where several are, the first gets its gradient. */
export const firstMax = reduction(ops.max, { ties: 'first' });
const argmaxOver = reduction(ops.argmax);

/** Index of the first largest element along `axis`, as i32. */
export function argmax(t: Tensor, axis = -1, keepdim = false): Tensor {
  return argmaxOver(t, [axis], keepdim);
}

export function mean(t: Tensor, axes: readonly number[] = [...t.shape.keys()], keepdim = false): Tensor {
  const count = sizeOf(axes.map((axis) => t.shape[axis < 0 ? axis + t.shape.length : axis]!));
  return scale(sum(t, axes, keepdim), 1 / count);
}

/** [..., M, K] · [..., K, N] → [..., M, N] */
export function matmul(a: Tensor, b: Tensor): Tensor {
  return a.graph.add(ops.matmul, [a, b]);
}

/** The same values as constants: no gradient passes. */
export const detach = (t: Tensor): Tensor => t.graph.add(ops.detach, [t]);

/** t less its largest along `axis`. Softmax is the same for any shift, so none of its gradient comes through this one. */
function belowMax(t: Tensor, axis: number): Tensor {
  return sub(t, detach(max(t, [axis], true)));
}

/** ln softmax along `axis`, from the largest element down so that nothing overflows. */
export function logSoftmax(t: Tensor, axis = -1): Tensor {
  const shifted = belowMax(t, axis);
  return sub(shifted, log(sum(exp(shifted), [axis], true)));
}

export function softmax(t: Tensor, axis = -1): Tensor {
  const powers = exp(belowMax(t, axis));
  return div(powers, sum(powers, [axis], true));
}

/**
 * ln(1 + eˣ) = max(x, 0) + ln(1 + e^−|x|), which overflows nowhere. With the side of 0 as a constant, max and |·| have
 * the slopes at 0 of one side, and the whole has its own there: σ(0).
 */
export function softplus(t: Tensor): Tensor {
  const positive = greater(t, constantLike(t, 0));
  const magnitude = mul(shift(scale(positive, 2), -1), t);
  return add(mul(positive, t), log1p(exp(neg(magnitude))));
}

/** Tensors flattened into one vector of `size` elements, each at its offset; zeros between. */
export function pack(tensors: readonly Tensor[], offsets: readonly number[], size: number): Tensor {
  return tensors[0]!.graph.add(ops.pack, tensors, { offsets, size } satisfies PackAttrs);
}

export const algebra: Algebra = {
  constantLike,
  add,
  sub,
  mul,
  div,
  scale,
  neg,
  exp,
  greater,
  equal,
  where,
  sum,
  max: (t, axes) => max(t, axes, true),
  iota,
  toF32,
  reshape,
  permute,
  transpose,
  broadcastTo,
  slice,
  pad,
  flip,
  gather,
  scatter,
  convolution,
  convolutionWeight,
  matmul,
};
