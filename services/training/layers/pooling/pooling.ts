// Shared by pooling layers: their windows, over one or two dimensions. A window has `kernel` positions, `dilation` apart, and starts every
// `stride` positions, the first `padding` before the input.

import { z } from 'zod';
import { pad, slice, window } from '#engine/functions.ts';
import type { Tensor } from '#engine/tensor.ts';
import type { Refuse } from '../../model/component.ts';
import { formatShape, type Shape } from '../../model/shape.ts';
import {
  expanded,
  type Pair,
  type PerDimension,
  pair,
  perDimension,
  reachOf,
  refuseLarge,
  type SpatialRank,
  sampleShape,
  spatialSize,
} from '../convolution/spatial.ts';
import type { Arrival } from '../layer.ts';

export interface PoolingArgs {
  readonly kernel_size: PerDimension;
  readonly stride: PerDimension | null;
  readonly padding: PerDimension;
  readonly dilation?: PerDimension;
  readonly ceil_mode: boolean;
}

/** Geometry of a layer for one input size. */
export interface Windows {
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly dilation: Pair;
  readonly padding: Pair;
  /** Number of windows. */
  readonly count: Pair;
  /** Elements past the end of the input that the last window needs, including its padding. */
  readonly after: Pair;
}

export function poolingArgs(rank: SpatialRank) {
  return {
    kernel_size: perDimension(rank, 1, 'Size of a window'),
    stride: perDimension(rank, 1, 'Stride of the window')
      .nullable()
      .default(null)
      .describe('Stride; kernel_size if omitted'),
    padding: perDimension(rank, 0, 'Padding at each end').default(0),
  };
}

export const CeilMode = z.boolean().default(false).describe('Whether to include a last, partial window');

export function windowsOf(args: PoolingArgs, input: Pair, rank: SpatialRank): Windows {
  const kernel = pair(args.kernel_size, rank, 1);
  const stride = pair(args.stride ?? args.kernel_size, rank, 1);
  const padding = pair(args.padding, rank, 0);
  const dilation = pair(args.dilation ?? 1, rank, 1);
  const along = (i: 0 | 1) => {
    const reach = reachOf(kernel[i], dilation[i]);
    const room = input[i] + 2 * padding[i] - reach;
    let count = (args.ceil_mode ? Math.ceil(room / stride[i]) : Math.floor(room / stride[i])) + 1;
    // A window that would start in the end padding is dropped, as in torch.
    if (args.ceil_mode && (count - 1) * stride[i] >= input[i] + padding[i]) count--;
    const after = Math.max(0, (count - 1) * stride[i] + reach - padding[i] - input[i]);
    return { count, after };
  };
  const [down, across] = [along(0), along(1)];
  const count: Pair = [down.count, across.count];
  return { kernel, stride, dilation, padding, count, after: [down.after, across.after] };
}

/** The output shape; null if refused. */
export function inferPooling<A extends PoolingArgs>(
  args: A,
  arrival: Arrival,
  rank: SpatialRank,
  refuse: Refuse,
): { output: Shape; args: A } | null {
  const input = spatialSize(arrival, rank, refuse);
  if (input === null) return null;
  const { shape, from } = arrival;
  const windows = windowsOf(args, input, rank);
  const { kernel, padding, count, after } = windows;
  const given = (value: PerDimension) => formatShape(expanded(value, rank));
  if (padding.some((n, i) => n > kernel[i]! / 2)) {
    const message = `padding ${given(args.padding)} is more than half of kernel_size ${given(args.kernel_size)}`;
    refuse('padding', message);
    return null;
  }
  if (count.some((n) => n < 1)) {
    const kept = padding.some((n) => n > 0) ? ` with padding ${given(args.padding)}` : '';
    const wide = windows.dilation.some((n) => n > 1) ? ` with dilation ${given(args.dilation!)}` : '';
    const message = `kernel_size ${given(args.kernel_size)}${wide} is larger than the ${formatShape(shape)}${kept} that arrives from ${from}`;
    refuse('kernel_size', message);
    return null;
  }
  const padded: Pair = [input[0] + padding[0] + after[0], input[1] + padding[1] + after[1]];
  if (refuseLarge(shape[0]!, padded, 'the padded input', refuse)) return null;
  return {
    output: sampleShape(shape[0]!, count, rank),
    args: { ...args, stride: args.stride ?? args.kernel_size },
  };
}

/** Whether windows do not overlap along one axis. */
export function apart({ kernel, stride, dilation, count }: Windows, axis: 0 | 1): boolean {
  return count[axis] === 1 || reachOf(kernel[axis], dilation[axis]) <= stride[axis];
}

/**
 * [B, C, H, W], padded, as non-overlapping windows: [B, C, …count, …kernel]. The windows are tiles of the stride's size, of which only the
 * kernel's elements are kept, so each element's gradient comes from one window.
 */
export function tiles(x: Tensor, { kernel, stride, dilation, count }: Windows): Tensor {
  const along = (i: 0 | 1) => (count[i] === 1 ? reachOf(kernel[i], dilation[i]) : stride[i]);
  const tile: Pair = [along(0), along(1)];
  const [batch, channels, height, width] = x.shape as [number, number, number, number];
  const whole: Pair = [count[0] * tile[0], count[1] * tile[1]];
  const cut = slice(
    x,
    [0, 0, 0, 0],
    [batch, channels, Math.min(height, whole[0]), Math.min(width, whole[1])],
  );
  const missing = [0, 0, whole[0] - cut.shape[2]!, whole[1] - cut.shape[3]!];
  const filled = pad(cut, [0, 0, 0, 0], missing);
  const all = window(filled, { kernel: tile, stride: tile, dilation: [1, 1] });
  const outer = all.shape.slice(0, 4);
  const reach = [reachOf(kernel[0], dilation[0]), reachOf(kernel[1], dilation[1])];
  return slice(all, [0, 0, 0, 0, 0, 0], [...outer, ...reach], [1, 1, 1, 1, ...dilation]);
}
