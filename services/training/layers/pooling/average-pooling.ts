// Average pooling. The divisor is the size of the window including its padding, or (count_include_pad: false) without it; what ceil_mode
// adds beyond the padding never counts.

import { z } from 'zod';
import {
  constant,
  convolution,
  div,
  iota,
  maximum,
  minimum,
  mul,
  pad,
  reshape,
  scale,
  shift,
  sub,
  sum,
  toF32,
} from '#engine/functions.ts';
import type { Tensor } from '#engine/tensor.ts';
import { size } from '../../model/component.ts';
import { sizeOf } from '../../model/shape.ts';
import { expanded, type Pair, type SpatialRank, withOwnAxes, withTwoAxes } from '../convolution/spatial.ts';
import { defineLayer, type Layer } from '../layer.ts';
import { apart, CeilMode, inferPooling, poolingArgs, tiles, type Windows, windowsOf } from './pooling.ts';

export function averagePoolingLayer(rank: SpatialRank): Layer {
  const divisor =
    rank === 1
      ? {}
      : {
          divisor_override: size('Divisor of each sum, instead of its count').nullable().default(null),
        };
  return defineLayer({
    type: `AvgPool${rank}d`,
    help: `Average pooling${rank === 1 ? '' : ' over an image'}`,
    args: {
      ...poolingArgs(rank),
      ceil_mode: CeilMode,
      count_include_pad: z
        .boolean()
        .default(true)
        .describe('Whether zero padding is included in the average'),
      ...divisor,
    },
    infer: (args, arrival, refuse) => inferPooling(args, arrival, rank, refuse),
    forward(given, args) {
      const x = withTwoAxes(given, rank);
      const input: Pair = [x.shape[2]!, x.shape[3]!];
      const windows = windowsOf(args, input, rank);
      const sums = windowSums(x, windows);
      const override = (args as { divisor_override?: number | null }).divisor_override ?? null;
      const y =
        override === null
          ? div(
              sums,
              mul(
                counts(x, 0, windows, args.count_include_pad),
                counts(x, 1, windows, args.count_include_pad),
              ),
            )
          : scale(sums, 1 / override);
      return withOwnAxes(y, rank);
    },
    flops: ({ kernel_size }, _, output) => (sizeOf(expanded(kernel_size, rank)) + 1) * sizeOf(output),
    shown({ kernel_size, stride, padding }) {
      const shown = { kernel_size, stride, padding };
      if (rank === 2) return shown;
      return Object.fromEntries(Object.entries(shown).map(([key, value]) => [key, expanded(value!, 1)]));
    },
  });
}

/** [B, C, H, W] → [B, C, …count] */
function windowSums(x: Tensor, windows: Windows): Tensor {
  const { kernel, stride, dilation, padding, after } = windows;
  const padded = pad(x, [0, 0, ...padding], [0, 0, ...after]);
  if (apart(windows, 0) && apart(windows, 1)) return sum(tiles(padded, windows), [4, 5]);
  // A convolution of each channel with ones: for overlapping windows, the gradient is then a convolution too.
  const [batch, channels, height, width] = padded.shape as [number, number, number, number];
  const planes = reshape(padded, [batch * channels, 1, height, width]);
  const ones = constant(x.graph, 1, [1, 1, ...kernel]);
  const sums = convolution(planes, ones, { stride, dilation, groups: 1 });
  return reshape(sums, [batch, channels, ...sums.shape.slice(2)]);
}

/** How many elements of each window count along one axis, as a tensor that broadcasts to [B, C, …count]. */
function counts(x: Tensor, axis: 0 | 1, windows: Windows, includePad: boolean): Tensor {
  const { kernel, stride, padding, count } = windows;
  const size = x.shape[2 + axis]!;
  const reach = includePad ? padding[axis] : 0;
  const last = (count[axis] - 1) * stride[axis] - padding[axis] + kernel[axis];
  if (padding[axis] === reach && last <= size + reach) return constant(x.graph, kernel[axis]);
  // Window o covers o · stride − padding … + kernel, of which [−reach, size + reach) counts.
  const shape = [1, 1, 1, 1].map((one, i) => (i === 2 + axis ? count[axis] : one));
  const start = shift(scale(toF32(iota(x.graph, shape, 2 + axis)), stride[axis]), -padding[axis]);
  const bound = (value: number) => constant(x.graph, value, shape);
  const end = minimum(shift(start, kernel[axis]), bound(size + reach));
  return sub(end, maximum(start, bound(-reach)));
}
