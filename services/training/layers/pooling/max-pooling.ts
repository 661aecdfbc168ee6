// Max pooling. The padding is −∞, and the gradient goes to the first maximum of the window in row-major order, as in torch.

import { concat, constant, firstMax, LOWEST, window } from '#engine/functions.ts';
import type { Tensor } from '#engine/tensor.ts';
import { formatShape, sizeOf } from '../../model/shape.ts';
import {
  expanded,
  pair,
  perDimension,
  type SpatialRank,
  withOwnAxes,
  withTwoAxes,
} from '../convolution/spatial.ts';
import { defineLayer, type Layer } from '../layer.ts';
import { apart, CeilMode, inferPooling, poolingArgs, tiles, type Windows, windowsOf } from './pooling.ts';

/** For overlapping windows, the gradient has one term per element of the window. */
const MOST_OVERLAPPING = 64;

export function maxPoolingLayer(rank: SpatialRank): Layer {
  return defineLayer({
    type: `MaxPool${rank}d`,
    help: `Max pooling${rank === 1 ? '' : ' over an image'}`,
    args: {
      ...poolingArgs(rank),
      dilation: perDimension(rank, 1, 'Dilation of the window').default(1),
      ceil_mode: CeilMode,
    },
    infer(args, arrival, refuse) {
      const inferred = inferPooling(args, arrival, rank, refuse);
      if (inferred === null) return null;
      const input = arrival.shape.slice(1);
      const windows = windowsOf(args, pair(input, rank, 1), rank);
      if (([0, 1] as const).some((i) => holdsNothing(windows, i, pair(input, rank, 1)[i]))) {
        refuse(
          'padding',
          `a window that covers only padding would be −∞: with this dilation, it misses all of the ${formatShape(arrival.shape)} from ${arrival.from}`,
        );
        return null;
      }
      const wide = ([0, 1] as const).find((i) => !apart(windows, i) && windows.kernel[i] > MOST_OVERLAPPING);
      if (wide === undefined) return inferred;
      refuse(
        'kernel_size',
        `windows of ${windows.kernel[wide]} elements overlap, and the limit for those is ${MOST_OVERLAPPING}; a stride of that size avoids overlaps`,
      );
      return null;
    },
    forward(x, args) {
      const windows = windowsOf(args, pair(x.shape.slice(2), rank, 1), rank);
      return withOwnAxes(largest(padded(withTwoAxes(x, rank), windows), windows), rank);
    },
    flops: ({ kernel_size }, _, output) => sizeOf(expanded(kernel_size, rank)) * sizeOf(output),
    // For overlapping windows, the gradient sums one term of the padded input's size per element of a window.
    workspace(args, input) {
      const size = pair(input.slice(1), rank, 1);
      const windows = windowsOf(args, size, rank);
      const padded = ([0, 1] as const).map((i) => size[i] + windows.padding[i] + windows.after[i]);
      const terms = ([0, 1] as const).map((i) => (apart(windows, i) ? 1 : windows.kernel[i]));
      return input[0]! * sizeOf(padded) * (terms[0]! + terms[1]!);
    },
    shown: ({ kernel_size, stride, padding, dilation, ceil_mode }) => ({
      kernel_size,
      stride,
      padding,
      dilation,
      ceil_mode,
    }),
  });
}

/** Whether some window that starts in the padding has no element inside the input. */
function holdsNothing({ dilation, stride, padding, count }: Windows, axis: 0 | 1, size: number): boolean {
  if (dilation[axis] <= size) return false;
  for (let o = 0; o < count[axis] && o * stride[axis] < padding[axis]; o++) {
    const before = padding[axis] - o * stride[axis];
    const first = (dilation[axis] - (before % dilation[axis])) % dilation[axis];
    if (first >= size) return true;
  }
  return false;
}

function padded(x: Tensor, { padding, after }: Windows): Tensor {
  let y = x;
  for (const i of [0, 1] as const) {
    const filled = (count: number) =>
      count === 0
        ? []
        : [
            constant(
              x.graph,
              LOWEST,
              y.shape.map((n, axis) => (axis === 2 + i ? count : n)),
            ),
          ];
    y = concat([...filled(padding[i]), y, ...filled(after[i])], 2 + i);
  }
  return y;
}

function largest(x: Tensor, windows: Windows): Tensor {
  if (apart(windows, 0) && apart(windows, 1)) return firstMax(tiles(x, windows), [4, 5]);
  // Across, then down: finds the first row that holds the maximum, and the first such element in it.
  return along(along(x, windows, 1), windows, 0);
}

/** Pools along one axis only. */
function along(x: Tensor, windows: Windows, axis: 0 | 1): Tensor {
  const one = (value: readonly [number, number]) =>
    (axis === 0 ? [value[0], 1] : [1, value[1]]) as [number, number];
  const [kernel, stride, dilation] = [one(windows.kernel), one(windows.stride), one(windows.dilation)];
  const other = x.shape[3 - axis]!;
  const count: [number, number] = axis === 0 ? [windows.count[0], other] : [other, windows.count[1]];
  if (kernel[axis] === 1 && stride[axis] === 1) return x;
  const line = { ...windows, kernel, stride, dilation, count };
  const view = apart(line, axis) ? tiles(x, line) : window(x, { kernel, stride, dilation });
  return firstMax(view, [4, 5]);
}
