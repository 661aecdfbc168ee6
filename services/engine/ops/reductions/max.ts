// Largest element over axes, which are kept with size 1.

import { sizeOf, stridesOf } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import type { Algebra, Op } from '../op.ts';
import { REDUCE_CASES, type ReduceAttrs, reducedShape } from './reduce.ts';

/** How tied maxima share the gradient: equally (torch.amax), or all of it to the first (max_pool). */
export interface MaxAttrs extends ReduceAttrs {
  readonly ties: 'share' | 'first';
}

/** Up to this many elements are compared one by one instead of reduced, which avoids a separate kernel. */
export const MOST_WRITTEN_OUT = 9;

export const max: Op<MaxAttrs> = {
  name: 'max',
  infer: (inputs, attrs) => ({
    shape: reducedShape(inputs[0]!.shape, attrs.axes),
    dtype: inputs[0]!.dtype,
  }),
  gradient: (f, y, gy) => {
    const [x] = y.inputs;
    const { axes, ties } = y.attrs;
    const winners = f.equal(x!, f.broadcastTo(y, x!.shape));
    if (ties === 'share') return [f.mul(winners, f.div(gy, f.sum(winners, axes, true)))];
    // Positions count down to the end, so the first of the winners has the largest.
    const place = countdown(f, x!, axes);
    const first =
      sizeOf(axes.map((axis) => x!.shape[axis]!)) <= MOST_WRITTEN_OUT
        ? firstWinner(f, x!, y, axes)
        : f.max(f.where(winners, place, f.constantLike(winners, 0)), axes);
    return [f.where(f.equal(place, first), gy, f.constantLike(x!, 0))];
  },
  meaning: { kind: 'reduce', combine: 'max' },
  cases: [
    ...REDUCE_CASES.map(({ shapes, attrs }) => ({ shapes, attrs: { ...attrs, ties: 'share' } })),
    { shapes: [[3, 5]], attrs: { axes: [1], ties: 'first' } },
    { shapes: [[2, 3, 4]], attrs: { axes: [1, 2], ties: 'first' } },
  ],
};

/** The position (see countdown) of the first element along the axes that equals y; 0 if none does. */
function firstWinner(f: Algebra, x: Tensor, y: Tensor, axes: readonly number[]): Tensor {
  const sizes = axes.map((axis) => x.shape[axis]!);
  const strides = stridesOf(sizes);
  let first = f.constantLike(y, 0);
  for (let left = 1; left <= sizeOf(sizes); left++) {
    const at = sizeOf(sizes) - left;
    const start = x.shape.map((_, axis) => {
      const i = axes.indexOf(axis);
      return i < 0 ? 0 : Math.floor(at / strides[i]!) % sizes[i]!;
    });
    const end = x.shape.map((size, axis) => (axes.includes(axis) ? start[axis]! + 1 : size));
    first = f.where(f.equal(f.slice(x, start, end), y), f.constantLike(y, left), first);
  }
  return first;
}

/** For each element along the axes, row-major: the number of elements from it to the end, itself included. The other axes have size 1. */
function countdown(f: Algebra, x: Tensor, axes: readonly number[]): Tensor {
  const shape = x.shape.map((size, axis) => (axes.includes(axis) ? size : 1));
  const strides = stridesOf(axes.map((axis) => x.shape[axis]!));
  const terms = axes.map((axis, i) => f.scale(f.toF32(f.iota(x.graph, shape, axis)), -strides[i]!));
  const [first, ...rest] = terms;
  const total = rest.reduce((sum, term) => f.add(sum, term), first!);
  return f.add(total, f.constantLike(total, sizeOf(shape)));
}
