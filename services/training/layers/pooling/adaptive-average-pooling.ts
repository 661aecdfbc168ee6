// The mean of each of output_size parts. Part i of n numbers in o parts spans ⌊i · n / o⌋ to ⌈(i + 1) · n / o⌉: parts may overlap by one.
// The pattern repeats gcd(n, o) times, so one repetition is a small matrix of averages.

import { z } from 'zod';
import { LIMITS } from '#contracts/limits.ts';
import {
  constantLike,
  div,
  greater,
  iota,
  matmul,
  maximum,
  mean,
  mul,
  permute,
  reshape,
  scale,
  shift,
  sum,
  toF32,
} from '#engine/functions.ts';
import type { Graph, Tensor } from '#engine/tensor.ts';
import { formatShape, type Shape, sizeOf } from '../../model/shape.ts';
import {
  type Pair,
  perDimension,
  type SpatialRank,
  sampleShape,
  spatialSize,
  withOwnAxes,
  withTwoAxes,
} from '../convolution/spatial.ts';
import { defineLayer, type Layer } from '../layer.ts';

/** Maximum entries of an averaging matrix: up to here, the products of indices are exact in f32. */
const MOST_ENTRIES = 2 ** 24;

type OutputSize = number | readonly (number | null)[];

function outputPair(size: OutputSize, input: Pair, rank: SpatialRank): Pair {
  const each = Array.isArray(size)
    ? (size as (number | null)[])
    : new Array<number | null>(rank).fill(size as number);
  const [first, second] = rank === 1 ? [1, each[0]] : [each[0], each[1]];
  return [first ?? input[0], second ?? input[1]];
}

export function adaptiveAveragePoolingLayer(rank: SpatialRank): Layer {
  const one = z.int().min(1).max(LIMITS.size);
  const outputSize: z.ZodType<OutputSize> =
    rank === 1 ? perDimension(1, 1, '') : z.union([one, z.array(one.nullable()).length(2)]);
  return defineLayer({
    type: `AdaptiveAvgPool${rank}d`,
    help: `Average pooling${rank === 1 ? '' : ' of an image'} to output_size, for any input size`,
    args: {
      output_size: outputSize.describe(
        rank === 1 ? 'Output length' : 'Output height and width; null keeps the input size',
      ),
    },
    infer({ output_size }, arrival, refuse) {
      const input = spatialSize(arrival, rank, refuse);
      if (input === null) return null;
      const output = outputPair(output_size, input, rank);
      for (const i of [0, 1] as const) {
        const times = gcd(input[i], output[i]);
        if (Math.ceil(input[i] / times) * (output[i] / times) <= MOST_ENTRIES) continue;
        refuse(
          'output_size',
          `${output[i]} parts of ${input[i]} numbers (${formatShape(arrival.shape)} from ${arrival.from}) do not divide evenly and are too many`,
          'too_big',
        );
        return null;
      }
      return { output: sampleShape(arrival.shape[0]!, output, rank) };
    },
    sequence({ output_size }, axis, input) {
      const [, parts] = outputPair(output_size, [1, input[1]!], rank);
      return rank === 1 && input.length === 2 && axis === 1 && parts === 1
        ? { axis: null, causal: false }
        : null;
    },
    forward(given, { output_size }, { mask }) {
      if (mask !== undefined) return meanOfReal(given, mask);
      const x = withTwoAxes(given, rank);
      const output = outputPair(output_size, [x.shape[2]!, x.shape[3]!], rank);
      return withOwnAxes(averages(averages(x, 3, output[1]), 2, output[0]), rank);
    },
    flops: (_, input, output) => sizeOf(input) + sizeOf(output),
    shown: ({ output_size }) => ({ output_size }),
  });
}

/** [batch, channels, positions] → [batch, channels, 1], the mean over positions that are not padding; 0 if all are. */
function meanOfReal(x: Tensor, mask: Tensor): Tensor {
  const [batch, positions] = mask.shape as [number, number];
  const real = reshape(mask, [batch, 1, positions]);
  const count = sum(real, [2], true);
  return div(sum(mul(x, real), [2], true), maximum(count, constantLike(count, 1)));
}

/** [B, C, H, W] with the axis averaged into `parts` parts. */
function averages(x: Tensor, axis: 2 | 3, parts: number): Tensor {
  const size = x.shape[axis]!;
  if (parts === size) return x;
  const times = gcd(size, parts);
  const [from, into] = [size / times, parts / times];
  const shape: Shape = x.shape.map((n, i) => (i === axis ? parts : n));
  const split = [...x.shape.slice(0, axis), times, from, ...x.shape.slice(axis + 1)];
  if (into === 1) return reshape(mean(reshape(x, split), [axis + 1]), shape);
  const matrix = averaging(x.graph, from, into);
  if (axis === 3) return reshape(matmul(reshape(x, [sizeOf(x.shape) / from, from]), matrix), shape);
  const columns = permute(reshape(x, split), [0, 1, 2, 4, 3]);
  const rows = reshape(columns, [sizeOf(x.shape) / from, from]);
  const averaged = reshape(matmul(rows, matrix), [...columns.shape.slice(0, 4), into]);
  return reshape(permute(averaged, [0, 1, 2, 4, 3]), shape);
}

/** [from, into]: 1/length where an index lies in a part, else 0. */
function averaging(graph: Graph, from: number, into: number): Tensor {
  const shape = [from, into];
  const place = toF32(iota(graph, shape, 0));
  const part = toF32(iota(graph, shape, 1));
  // ⌊i · n / o⌋ ≤ j  ⟺  (j + 1) · o > i · n   and   j < ⌈(i + 1) · n / o⌉  ⟺  (i + 1) · n > j · o
  const after = greater(scale(shift(place, 1), into), scale(part, from));
  const before = greater(scale(shift(part, 1), from), scale(place, into));
  const inside = mul(after, before);
  return div(inside, sum(inside, [0], true));
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
