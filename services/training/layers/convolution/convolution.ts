// Convolution over one or two dimensions. Initialized as in torch: kaiming_uniform with a = √5, which is U(±1/√fan_in) with fan_in =
// in_channels / groups · the kernel's size, and the same for the bias.

import { z } from 'zod';
import { add, convolution, pad, reshape } from '#engine/functions.ts';
import { size } from '../../model/component.ts';
import { uniformWithin } from '../../model/initial.ts';
import { formatShape, type Shape, sizeOf } from '../../model/shape.ts';
import { permuteLast } from '../../model/shape-hints.ts';
import { defineLayer, type Layer } from '../layer.ts';
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
  withOwnAxes,
  withTwoAxes,
} from './spatial.ts';

interface Geometry {
  readonly kernel_size: PerDimension;
  readonly stride: PerDimension;
  readonly padding: PerDimension | 'same' | 'valid';
  readonly dilation: PerDimension;
}

interface Plan {
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly dilation: Pair;
  readonly before: Pair;
  readonly after: Pair;
}

function planOf(args: Geometry, rank: SpatialRank): Plan {
  const kernel = pair(args.kernel_size, rank, 1);
  const stride = pair(args.stride, rank, 1);
  const dilation = pair(args.dilation, rank, 1);
  if (args.padding === 'same') {
    // If the total padding is odd, the extra element goes to the end, as in torch.
    const total = [reachOf(kernel[0], dilation[0]) - 1, reachOf(kernel[1], dilation[1]) - 1] as const;
    const before: Pair = [Math.floor(total[0] / 2), Math.floor(total[1] / 2)];
    return { kernel, stride, dilation, before, after: [total[0] - before[0], total[1] - before[1]] };
  }
  const both = pair(args.padding === 'valid' ? 0 : args.padding, rank, 0);
  return { kernel, stride, dilation, before: both, after: both };
}

export function convolutionArgs(rank: SpatialRank) {
  return {
    in_channels: size('Input channels; inferred if omitted').optional(),
    out_channels: size('Output channels'),
    kernel_size: perDimension(rank, 1, 'Size of the kernel'),
    stride: perDimension(rank, 1, 'Stride').default(1),
  };
}

/** The arriving channels, by torch's rules for channels and groups; null (refused) if they are violated. */
export function groupedChannels(
  args: { in_channels?: number | undefined; out_channels: number; groups: number },
  shape: Shape,
  from: string,
  refuse: (argument: string | null, message: string) => void,
): number | null {
  const { groups, out_channels } = args;
  const arriving = shape[0]!;
  const given = args.in_channels ?? arriving;
  const fits = given === arriving;
  if (!fits) {
    const last = given === shape.at(-1);
    const hint = last ? `; the channels come first: put ${permuteLast(shape.length)} before it` : '';
    refuse('in_channels', `in_channels ${given} given, but ${arriving} arrive from ${from}${hint}`);
  }
  const [inGroups, outGroups] = [given % groups === 0, out_channels % groups === 0];
  if (!inGroups) refuse('groups', `groups ${groups} must divide the ${given} in_channels`);
  if (!outGroups) refuse('groups', `groups ${groups} must divide the ${out_channels} out_channels`);
  return fits && inGroups && outGroups ? arriving : null;
}

export function convolutionLayer(rank: SpatialRank): Layer {
  return defineLayer({
    type: `Conv${rank}d`,
    help: `${rank}D convolution: every output is a weighted sum of the inputs under the kernel`,
    args: {
      ...convolutionArgs(rank),
      padding: z
        .union([perDimension(rank, 0, 'Padding at each end'), z.enum(['same', 'valid'])])
        .default(0)
        .describe('Padding at each end; "same" keeps the size, "valid": none'),
      dilation: perDimension(rank, 1, 'Dilation').default(1),
      groups: size('Number of independent channel groups').default(1),
      bias: z.boolean().default(true).describe('Whether there is a learned bias per channel'),
      padding_mode: z.literal('zeros').default('zeros').describe('Padding mode'),
    },
    infer(args, arrival, refuse) {
      const arriving = spatialSize(arrival, rank, refuse);
      if (arriving === null) return null;
      const { shape, from } = arrival;
      const channels = groupedChannels(args, shape, from, refuse);
      const { kernel, stride, dilation, before, after } = planOf(args, rank);
      if (args.padding === 'same' && sizeOf(stride) !== 1) {
        refuse(
          'padding',
          `padding "same" keeps the size, but stride ${JSON.stringify(args.stride)} does not`,
        );
        return null;
      }
      const padded: Pair = [arriving[0] + before[0] + after[0], arriving[1] + before[1] + after[1]];
      const reach: Pair = [reachOf(kernel[0], dilation[0]), reachOf(kernel[1], dilation[1])];
      if (reach[0] > padded[0] || reach[1] > padded[1]) {
        const wide = dilation.some((d) => d > 1)
          ? ` (${formatShape(reach.slice(2 - rank))} with its dilation)`
          : '';
        const inside = before.concat(after).some((n) => n > 0)
          ? ` (${formatShape(padded.slice(2 - rank))} with its padding)`
          : '';
        const given = formatShape(expanded(args.kernel_size, rank));
        refuse(
          'kernel_size',
          `kernel_size ${given}${wide} is larger than the ${formatShape(shape)}${inside} that arrives from ${from}`,
        );
        return null;
      }
      if (channels === null || refuseLarge(channels, padded, 'the padded input', refuse)) return null;
      const count = (i: 0 | 1) => Math.floor((padded[i] - reach[i]) / stride[i]) + 1;
      return {
        output: sampleShape(args.out_channels, [count(0), count(1)], rank),
        args: { ...args, in_channels: channels },
      };
    },
    parameters({ in_channels, out_channels, kernel_size, groups, bias }) {
      const shape = [out_channels, in_channels! / groups, ...expanded(kernel_size, rank)];
      const initial = uniformWithin(1 / Math.sqrt(sizeOf(shape.slice(1))));
      const weight = { key: 'weight', shape, initial };
      return bias ? [weight, { key: 'bias', shape: [out_channels], initial }] : [weight];
    },
    forward(x, args, { parameter }) {
      const { kernel, stride, dilation, before, after } = planOf(args, rank);
      const padded = pad(withTwoAxes(x, rank), [0, 0, ...before], [0, 0, ...after]);
      const weight = parameter('weight');
      const planes = reshape(weight, [weight.shape[0]!, weight.shape[1]!, ...kernel]);
      const y = convolution(padded, planes, { stride, dilation, groups: args.groups });
      const biased = args.bias ? add(y, reshape(parameter('bias'), [args.out_channels, 1, 1])) : y;
      return withOwnAxes(biased, rank);
    },
    flops({ in_channels, kernel_size, groups, bias }, _, output) {
      const perOutput = 2 * (in_channels! / groups) * sizeOf(expanded(kernel_size, rank));
      return (perOutput + (bias ? 1 : 0)) * sizeOf(output);
    },
    // The padded input, and in the backward pass the output's gradient, spread by the stride and padded.
    workspace(args, input) {
      const { kernel, dilation, before, after } = planOf(args, rank);
      const size = pair(input.slice(1), rank, 1);
      const along = (i: 0 | 1) => size[i] + before[i] + after[i] + reachOf(kernel[i], dilation[i]);
      return (args.in_channels! + args.out_channels) * along(0) * along(1);
    },
    positional: ({ in_channels, out_channels }) => [in_channels, out_channels],
    shown: (args) => printedConvolution(args, rank),
  });
}

/** torch omits arguments at their default, and writes "same" without quotes. */
export function printedConvolution(
  args: Geometry & { groups: number; bias: boolean; output_padding?: PerDimension },
  rank: SpatialRank,
): Record<string, unknown> {
  const { padding, output_padding = 0 } = args;
  const each = (value: PerDimension) => expanded(value, rank);
  const others = (value: PerDimension, usual: number) => each(value).some((n) => n !== usual);
  const shown: Record<string, unknown> = { kernel_size: each(args.kernel_size), stride: each(args.stride) };
  if (typeof padding === 'string') shown.padding = { verbatim: padding };
  else if (others(padding, 0)) shown.padding = each(padding);
  if (others(args.dilation, 1)) shown.dilation = each(args.dilation);
  if (others(output_padding, 0)) shown.output_padding = each(output_padding);
  if (args.groups !== 1) shown.groups = args.groups;
  if (!args.bias) shown.bias = false;
  return shown;
}
