// Sliding windows over the last two axes, as a view: [..., H, W] → [..., outH, outW, kernelH, kernelW], where the element
// (y, x, i, j) is the input's at (y · stride + i · dilation, x · stride + j · dilation). Pooling reduces the last two axes.

import { combine } from '../../affine.ts';
import { ShapeError } from '../../errors.ts';
import type { Tensor } from '../../tensor.ts';
import type { Algebra, Op } from '../op.ts';

type Pair = readonly [number, number];

export interface WindowAttrs {
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly dilation: Pair;
}

/** Number of windows that fit into `size`. */
export function windowCount(size: number, kernel: number, stride: number, dilation: number): number {
  return Math.floor((size - (kernel - 1) * dilation - 1) / stride) + 1;
}

/** Whether every input element lies in exactly one window. */
function tiles({ kernel, stride, dilation }: WindowAttrs, y: Tensor): boolean {
  const rank = y.shape.length;
  return [0, 1].every(
    (i) =>
      stride[i] === kernel[i] &&
      (dilation[i] === 1 || kernel[i] === 1) &&
      y.shape[rank - 4 + i]! * kernel[i]! === y.inputs[0]!.shape[rank - 4 + i],
  );
}

export const window: Op<WindowAttrs> = {
  name: 'window',
  infer(inputs, attrs) {
    const { kernel, stride, dilation } = attrs;
    const { shape, dtype } = inputs[0]!;
    const rank = shape.length;
    const counts = [0, 1].map((i) => windowCount(shape[rank - 2 + i]!, kernel[i]!, stride[i]!, dilation[i]!));
    if (rank < 2 || counts.some((count) => count < 1))
      throw new ShapeError('window', [shape, kernel], 'no window fits');
    return { shape: [...shape.slice(0, -2), ...counts, ...kernel], dtype };
  },
  // The gradient of an element is the sum over all windows that contain it.
  gradient: (f, y, gy) => {
    const attrs = y.attrs;
    const input = y.inputs[0]!.shape;
    const outer = input.slice(0, -2);
    const at = outer.length;
    if (tiles(attrs, y)) {
      const order = [...outer.keys(), at, at + 2, at + 1, at + 3];
      return [f.reshape(f.permute(gy, order), input)];
    }
    return [overlapping(f, y, gy, attrs)];
  },
  meaning: {
    kind: 'movement',
    element: (t, index) => {
      const { stride, dilation } = t.attrs;
      const at = index.length - 4;
      const along = (i: 0 | 1) => index[at + i]! * stride[i] + index[at + 2 + i]! * dilation[i];
      return [...index.slice(0, at), along(0), along(1)];
    },
    source: (t, index) => {
      const { stride, dilation } = t.attrs;
      const at = index.length - 4;
      const along = (i: 0 | 1) => combine(index[at + i]!, stride[i], index[at + 2 + i]!, dilation[i]);
      return [...index.slice(0, at), along(0), along(1)];
    },
  },
  cases: [
    { shapes: [[2, 4, 6]], attrs: { kernel: [2, 3], stride: [2, 3], dilation: [1, 1] } },
    { shapes: [[2, 5, 7]], attrs: { kernel: [3, 2], stride: [1, 2], dilation: [1, 1] } },
    { shapes: [[7, 7]], attrs: { kernel: [2, 2], stride: [2, 3], dilation: [3, 1] } },
    { shapes: [[1, 1, 9]], attrs: { kernel: [1, 4], stride: [1, 4], dilation: [1, 1] } },
  ],
};

/** One term per position in the window: its gradients, padded back to the input elements they belong to. */
function overlapping(f: Algebra, y: Tensor, gy: Tensor, { kernel, stride, dilation }: WindowAttrs): Tensor {
  const input = y.inputs[0]!.shape;
  const at = input.length - 2;
  const ones = input.slice(0, at).map(() => 1);
  const zeros = input.slice(0, at).map(() => 0);
  let total: Tensor | null = null;
  for (let i = 0; i < kernel[0]; i++) {
    for (let j = 0; j < kernel[1]; j++) {
      const start = [...y.shape.slice(0, -2).map(() => 0), i, j];
      const one = f.reshape(
        f.slice(gy, start, [...y.shape.slice(0, -2), i + 1, j + 1]),
        y.shape.slice(0, -2),
      );
      const before = [i * dilation[0], j * dilation[1]];
      const after = [0, 1].map(
        (d) => input[at + d]! - before[d]! - (y.shape[at + d]! - 1) * stride[d as 0 | 1] - 1,
      );
      const term = f.pad(one, [...zeros, ...before], [...zeros, ...after], [...ones, ...stride]);
      total = total === null ? term : f.add(total, term);
    }
  }
  return total!;
}
