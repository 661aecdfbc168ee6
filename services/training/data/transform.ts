// The transform of the inputs before the network sees them. Fitted on the training rows only, in doubles, and stored with the model, so
// that predict applies the same to raw inputs.

import { z } from 'zod';
import type { ChannelStats } from '#contracts/training/image-preprocess.ts';
import type { InputPreprocess } from '#contracts/training/training.ts';
import { Encoder, encode, widthOf } from './encoders/encoder.ts';
import type { TableNumbers } from './numbers.ts';
import { blocksOf, type Rows } from './rows/rows.ts';

export const BYTE_MAX = 255;

/** Models of earlier versions only: for each number of a sample, the replacement if it is missing. */
const fill = z.array(z.number()).optional();

/**
 * standardize: (x − mean) / std for each number of a sample; scale: x / divisor; columns: each raw value of a row through its encoder;
 * channels: (x / divisor − mean) / std, with one mean and std per channel; all channels of a sample have the same size.
 */
export const Transform = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('none'), fill }),
  z.object({ kind: z.literal('scale'), divisor: z.number(), fill }),
  z.object({ kind: z.literal('standardize'), mean: z.array(z.number()), std: z.array(z.number()), fill }),
  z.object({ kind: z.literal('columns'), encoders: z.array(Encoder) }),
  z.object({
    kind: z.literal('channels'),
    divisor: z.number(),
    mean: z.array(z.number()),
    std: z.array(z.number()),
  }),
]);
export type Transform = z.infer<typeof Transform>;

/** Raw values in a sample that the network takes as `width` numbers. */
export function rawWidthOf(transform: Transform, width: number): number {
  return transform.kind === 'columns' ? transform.encoders.length : width;
}

/** @param rows the training rows */
export function fitTransform(kind: InputPreprocess, inputs: Rows, rows: Int32Array): Transform {
  if (kind === 'none') return { kind };
  if (kind === 'scale') return { kind, divisor: BYTE_MAX };
  const { width } = inputs;
  const count = rows.length;
  // Two passes: the second removes the rounding error of the first, so that the mean of a constant column is exact.
  const mean = new Float64Array(width);
  for (let pass = 0; pass < 2; pass++) {
    const left = new Float64Array(width);
    for (const block of blocksOf(inputs, rows)) {
      for (let start = 0; start < block.length; start += width) {
        for (let i = 0; i < width; i++) left[i]! += (block[start + i]! - mean[i]!) / count;
      }
    }
    for (let i = 0; i < width; i++) mean[i]! += left[i]!;
  }
  // From the deviations: the difference of two sums of squares would cancel if the mean is large.
  const variance = new Float64Array(width);
  for (const block of blocksOf(inputs, rows)) {
    for (let start = 0; start < block.length; start += width) {
      for (let i = 0; i < width; i++) variance[i]! += (block[start + i]! - mean[i]!) ** 2 / count;
    }
  }
  const std = Array.from(variance, (value, i) => deviation(value, mean[i]!, count));
  return { kind, mean: [...mean], std };
}

/** The mean of x / divisor in each channel, and its (population) standard deviation. @param rows the training rows */
export function fitChannels(inputs: Rows, rows: Int32Array, channels: number, divisor: number): ChannelStats {
  const area = inputs.width / channels;
  const count = rows.length * area;
  /** The sum over each channel. */
  const sums = (of: (value: number, channel: number) => number) => {
    const found = new Float64Array(channels);
    for (const block of blocksOf(inputs, rows)) {
      for (let at = 0, channel = 0; at < block.length; channel = (channel + 1) % channels) {
        let sum = 0;
        for (const end = at + area; at < end; at++) sum += of(block[at]! / divisor, channel);
        found[channel]! += sum;
      }
    }
    return found;
  };
  const first = sums((value) => value).map((sum) => sum / count);
  // Removes the rounding error of the first pass, so that the mean of a constant channel is exact.
  const left = sums((value, channel) => value - first[channel]!);
  const mean = first.map((value, channel) => value + left[channel]! / count);
  const squares = sums((value, channel) => (value - mean[channel]!) ** 2);
  return {
    mean: [...mean],
    std: Array.from(squares, (square, i) => deviation(square / count, mean[i]!, count)),
  };
}

/** A constant column's deviations are only the rounding error of its mean: it becomes 0, not noise. */
function deviation(variance: number, mean: number, count: number): number {
  const rounding = Math.abs(mean) * count * Number.EPSILON;
  return variance <= rounding ** 2 ? 1 : Math.sqrt(variance);
}

/**
 * Returns [samples, width], as the network sees it.
 * @param inputs [samples, raw width]
 * @param out the array to write to
 */
export function applyTransform(
  transform: Transform,
  inputs: TableNumbers,
  width: number,
  out: Float32Array = new Float32Array((inputs.length / rawWidthOf(transform, width)) * width),
): Float32Array {
  if (transform.kind === 'columns') {
    const { encoders } = transform;
    const places = placesOf(encoders);
    const count = encoders.length;
    for (let from = 0, to = 0; from < inputs.length; from += count, to += width) {
      for (let i = 0; i < count; i++) encode(encoders[i]!, inputs[from + i]!, out, to + places[i]!);
    }
  } else if (transform.kind === 'none') out.set(inputs);
  else if (transform.kind === 'scale') {
    const { divisor } = transform;
    for (let i = 0; i < out.length; i++) out[i] = inputs[i]! / divisor;
  } else if (transform.kind === 'channels') {
    const { divisor, mean, std } = transform;
    const area = width / mean.length;
    for (let at = 0, channel = 0; at < inputs.length; channel = (channel + 1) % mean.length) {
      const [middle, spread] = [mean[channel]!, std[channel]!];
      for (const end = at + area; at < end; at++) out[at] = (inputs[at]! / divisor - middle) / spread;
    }
  } else {
    const { mean, std } = transform;
    for (let start = 0; start < inputs.length; start += width) {
      for (let i = 0; i < width; i++) out[start + i] = (inputs[start + i]! - mean[i]!) / std[i]!;
    }
  }
  return out;
}

/** The index of each column's first input. */
function placesOf(encoders: readonly Encoder[]): number[] {
  let at = 0;
  return encoders.map((encoder) => {
    at += widthOf(encoder);
    return at - widthOf(encoder);
  });
}
