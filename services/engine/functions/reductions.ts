// Sums, maxima and means over axes. Negative axes count from the end; the default is all axes.

import { ops } from '../ops/index.ts';
import type { Op } from '../ops/op.ts';
import type { ReduceAttrs } from '../ops/reductions/reduce.ts';
import { sizeOf } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { scale } from './elementwise.ts';
import { reshape } from './movement.ts';

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

export const sum = reduction(ops.sum);
/** The maximum; tied elements share its gradient equally. */
export const max = reduction(ops.max, { ties: 'share' });
/** The maximum; of tied elements, the first gets the whole gradient. */
export const firstMax = reduction(ops.max, { ties: 'first' });
const argmaxOver = reduction(ops.argmax);

/** Index of the first maximum along `axis`, as i32. */
export function argmax(t: Tensor, axis = -1, keepdim = false): Tensor {
  return argmaxOver(t, [axis], keepdim);
}

export function mean(t: Tensor, axes: readonly number[] = [...t.shape.keys()], keepdim = false): Tensor {
  const count = sizeOf(axes.map((axis) => t.shape[axis < 0 ? axis + t.shape.length : axis]!));
  return scale(sum(t, axes, keepdim), 1 / count);
}
