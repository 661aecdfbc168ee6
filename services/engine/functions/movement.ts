// Functions that move elements without changing them. matmul and convolution are here too, because a movement of their result can often be
// replaced by a cheaper movement of one of their inputs.

import { ops } from '../ops/index.ts';
import type { BroadcastAttrs } from '../ops/movement/broadcast.ts';
import type { ConcatAttrs } from '../ops/movement/concat.ts';
import type { FlipAttrs } from '../ops/movement/flip.ts';
import type { ScatterAttrs } from '../ops/movement/gather.ts';
import type { PackAttrs } from '../ops/movement/pack.ts';
import type { PadAttrs } from '../ops/movement/pad.ts';
import type { PermuteAttrs } from '../ops/movement/permute.ts';
import type { ReshapeAttrs } from '../ops/movement/reshape.ts';
import type { SliceAttrs } from '../ops/movement/slice.ts';
import type { WindowAttrs } from '../ops/movement/window.ts';
import type { ConvolutionAttrs } from '../ops/op.ts';
import { type Shape, sameShape } from '../shape.ts';
import { isResultOf, type Tensor } from '../tensor.ts';

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

/** The slice as less padding of the same tensor, or as the convolution of a slice of its input; null if `t` is neither. */
function sliceOfLess(t: Tensor, start: readonly number[], end: readonly number[]): Tensor | null {
  if (isResultOf(t, ops.pad)) {
    const { before, after, step } = t.attrs;
    const less = {
      before: before.map((count, axis) => count - start[axis]!),
      after: after.map((count, axis) => count - (t.shape[axis]! - end[axis]!)),
    };
    const keepsAll = [...less.before, ...less.after].every((count) => count >= 0);
    return keepsAll ? pad(t.inputs[0]!, less.before, less.after, step) : null;
  }
  if (isResultOf(t, ops.convolution)) {
    const { stride, dilation } = t.attrs;
    const channels = start[0] === 0 && start[1] === 0 && end[0] === t.shape[0] && end[1] === t.shape[1];
    if (!channels || stride[0] !== 1 || stride[1] !== 1) return null;
    const [x, w] = t.inputs as [Tensor, Tensor];
    const reach = (i: 0 | 1) => end[2 + i]! + (w.shape[2 + i]! - 1) * dilation[i];
    const part = slice(x, start, [x.shape[0]!, x.shape[1]!, reach(0), reach(1)]);
    return convolution(part, w, t.attrs);
  }
  return null;
}

/** Zeros before and after, and step[i] − 1 zeros between neighbors. */
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

/** Axis i of the result is axis order[i] of `t`. */
export function permute(t: Tensor, order: readonly number[]): Tensor {
  if (order.every((from, axis) => from === axis)) return t;
  // Two permutations are one, and a permutation and its inverse are none.
  if (isResultOf(t, ops.permute)) {
    const first = t.attrs.order;
    return permute(
      t.inputs[0]!,
      order.map((axis) => first[axis]!),
    );
  }
  // (A B)ᵀ = Bᵀ Aᵀ: the contraction then writes its result in the wanted order.
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

/** Rows of `table` [V, ...row] by number: index (i32, any shape) → [...index shape, ...row]. */
export function gather(table: Tensor, index: Tensor): Tensor {
  return table.graph.add(ops.gather, [table, index]);
}

/** Values [...index shape, ...row] added up by row number → [rows, ...row]. */
export function scatter(values: Tensor, index: Tensor, rows: number): Tensor {
  return values.graph.add(ops.scatter, [values, index], { rows } satisfies ScatterAttrs);
}

/** Tensors flattened into one vector of `size` elements, each at its offset; zeros between. */
export function pack(tensors: readonly Tensor[], offsets: readonly number[], size: number): Tensor {
  return tensors[0]!.graph.add(ops.pack, tensors, { offsets, size } satisfies PackAttrs);
}

/** [..., M, K] · [..., K, N] → [..., M, N] */
export function matmul(a: Tensor, b: Tensor): Tensor {
  return a.graph.add(ops.matmul, [a, b]);
}

/** x [B, C, H, W] with w [O, C / groups, kH, kW] → [B, O, outH, outW]; without padding: pad x first. */
export function convolution(x: Tensor, w: Tensor, attrs: ConvolutionAttrs): Tensor {
  return x.graph.add(ops.convolution, [x, w], attrs);
}

/** The gradient of a convolution with respect to w. */
export function convolutionWeight(
  x: Tensor,
  gy: Tensor,
  attrs: ConvolutionAttrs & { readonly kernel: Shape },
): Tensor {
  return x.graph.add(ops.convolutionWeight, [x, gy], attrs);
}
