import { z } from 'zod';
import { add, convolution, flip, pad, permute, reshape, slice } from '#engine/functions.ts';
import type { Tensor } from '#engine/tensor.ts';
import { size } from '../../model/component.ts';
import { uniformWithin } from '../../model/initial.ts';
import { formatShape, sizeOf } from '../../model/shape.ts';
import { defineLayer } from '../layer.ts';
import { convolutionArgs, groupedChannels, printedConvolution } from './convolution.ts';
import {
  expanded,
  type Pair,
  type PerDimension,
  pair,
  perDimension,
  reachOf,
  refuseLarge,
  spatialSize,
} from './spatial.ts';

interface Geometry {
  readonly kernel_size: PerDimension;
  readonly stride: PerDimension;
  readonly padding: PerDimension;
  readonly output_padding: PerDimension;
  readonly dilation: PerDimension;
}

function planOf(args: Geometry) {
  return {
    kernel: pair(args.kernel_size, 2, 1),
    stride: pair(args.stride, 2, 1),
    dilation: pair(args.dilation, 2, 1),
    padding: pair(args.padding, 2, 0),
    extra: pair(args.output_padding, 2, 0),
  };
}

/** Size of the input with stride − 1 zeros between neighbors, and padded at both ends by the kernel's reach. */
function spreadSize(args: Geometry, arriving: Pair): Pair {
  const { kernel, stride, dilation, extra } = planOf(args);
  const along = (i: 0 | 1) =>
    (arriving[i] - 1) * stride[i] + 1 + 2 * (reachOf(kernel[i], dilation[i]) - 1) + extra[i];
  return [along(0), along(1)];
}

// The gradient of a convolution with respect to its input, as a layer: every input value adds its multiple of the kernel to the output.
// Computed as a convolution of the spread input with the flipped kernel.
export const ConvTranspose2d = defineLayer({
  type: 'ConvTranspose2d',
  help: 'Transposed convolution: every input adds its kernel to the output, stride apart (upsampling)',
  args: {
    ...convolutionArgs(2),
    padding: perDimension(2, 0, 'Rows and columns cropped at each end').default(0),
    output_padding: perDimension(2, 0, 'Additional rows and columns at the end').default(0),
    groups: size('Number of independent channel groups').default(1),
    bias: z.boolean().default(true).describe('Whether there is a learned bias per channel'),
    dilation: perDimension(2, 1, 'Dilation').default(1),
    padding_mode: z.literal('zeros').default('zeros').describe('Padding mode'),
  },
  infer(args, arrival, refuse) {
    const arriving = spatialSize(arrival, 2, refuse);
    if (arriving === null) return null;
    const { shape, from } = arrival;
    const channels = groupedChannels(args, shape, from, refuse);
    const { stride, dilation, padding, extra, kernel } = planOf(args);
    if ([0, 1].some((i) => extra[i]! >= Math.max(stride[i]!, dilation[i]!))) {
      refuse(
        'output_padding',
        `output_padding ${formatShape(extra)} must be less than the stride ${formatShape(stride)} or the dilation ${formatShape(dilation)}`,
      );
      return null;
    }
    const spread = spreadSize(args, arriving);
    const along = (i: 0 | 1) => spread[i] - (reachOf(kernel[i], dilation[i]) - 1) - 2 * padding[i];
    const output: Pair = [along(0), along(1)];
    if (output.some((count) => count < 1)) {
      refuse(
        'padding',
        `padding ${formatShape(padding)} crops away the whole output of the ${formatShape(shape)} from ${from}`,
      );
      return null;
    }
    if (channels === null || refuseLarge(channels, spread, 'the spread input', refuse)) return null;
    return { output: [args.out_channels, ...output], args: { ...args, in_channels: channels } };
  },
  parameters({ in_channels, out_channels, kernel_size, groups, bias }) {
    const shape = [in_channels!, out_channels / groups, ...expanded(kernel_size, 2)];
    // torch's fan_in counts the second dimension, which here is the output channels.
    const initial = uniformWithin(1 / Math.sqrt(sizeOf(shape.slice(1))));
    const weight = { key: 'weight', shape, initial };
    return bias ? [weight, { key: 'bias', shape: [out_channels], initial }] : [weight];
  },
  forward(x, args, { parameter }) {
    const { kernel, stride, dilation, padding, extra } = planOf(args);
    // Cropping beyond the kernel's reach is done on the result.
    const ends = ([0, 1] as const).map((i) => reachOf(kernel[i], dilation[i]) - 1 - padding[i]);
    const before = ends.map((end) => Math.max(end, 0));
    const after = ends.map((end, i) => Math.max(end + extra[i]!, 0));
    const spread = pad(x, [0, 0, ...before], [0, 0, ...after], [1, 1, ...stride]);
    const flipped = flippedKernel(parameter('weight'), args.groups);
    const full = convolution(spread, flipped, { stride: [1, 1], dilation, groups: args.groups });
    const from = ends.map((end) => Math.max(-end, 0));
    const to = ends.map((end, i) => full.shape[2 + i]! - Math.max(-end - extra[i]!, 0));
    const y = slice(full, [0, 0, ...from], [...full.shape.slice(0, 2), ...to]);
    return args.bias ? add(y, reshape(parameter('bias'), [args.out_channels, 1, 1])) : y;
  },
  flops: ({ kernel_size, groups, out_channels, bias }, input, output) =>
    2 * sizeOf(input) * (out_channels / groups) * sizeOf(expanded(kernel_size, 2)) +
    (bias ? sizeOf(output) : 0),
  // The spread input, and the output before cropping.
  workspace: (args, [channels, height, width]) =>
    (channels! + args.out_channels) * sizeOf(spreadSize(args, [height!, width!])),
  positional: ({ in_channels, out_channels }) => [in_channels, out_channels],
  shown: (args) => printedConvolution(args, 2),
});

/** [in, out / groups, kH, kW] → [out, in / groups, kH, kW], each kernel rotated by 180°. */
function flippedKernel(weight: Tensor, groups: number): Tensor {
  const [channels, perGroup, height, width] = weight.shape as [number, number, number, number];
  const grouped = reshape(flip(weight, [2, 3]), [groups, channels / groups, perGroup, height, width]);
  return reshape(permute(grouped, [0, 2, 1, 3, 4]), [groups * perGroup, channels / groups, height, width]);
}
