// A fitted encoder from a column's raw values to inputs of the network: plain data that travels with the model.

import { z } from 'zod';
import { DatePart } from '#contracts/datasets/dataset.ts';
import { CYCLES, yearOf } from '../formats/dates.ts';

/** y = (x − center) / scale, after the logarithm or quantiles if set. */
const Affine = {
  log: z.boolean(),
  center: z.number(),
  scale: z.number(),
  /** Values of the training rows at equally spaced ranks; the result is the rank, from 0 to 1. */
  quantiles: z.array(z.number()).nullable(),
};

const Filled = {
  /** Replaces missing values; null if none were seen, and none are accepted. */
  fill: z.number().nullable(),
  /** Adds an input that is 1 if the value is missing. */
  indicator: z.boolean(),
};

export const Encoder = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('number'),
    ...Filled,
    clip: z.tuple([z.number(), z.number()]).nullable(),
    ...Affine,
  }),
  z.object({ kind: z.literal('datetime'), ...Filled, parts: z.array(DatePart), ...Affine }),
  /** For each category, the input that is set to `unit`; `other` is the input for categories without their own. */
  z.object({
    kind: z.literal('slots'),
    slots: z.array(z.number().int()),
    width: z.number().int(),
    other: z.number().int().nullable(),
    /** Categories that are not in the dataset are placed by hash. */
    hashed: z.boolean(),
    unit: z.number(),
  }),
  /** For each category, its number; `other` is the number for categories that are not in the dataset. */
  z.object({ kind: z.literal('places'), places: z.array(z.number()), other: z.number().nullable() }),
]);
export type Encoder = z.infer<typeof Encoder>;
export type NumberEncoder = Extract<Encoder, { kind: 'number' | 'datetime' }>;

export function widthOf(encoder: Encoder): number {
  switch (encoder.kind) {
    case 'number':
      return 1 + Number(encoder.indicator);
    case 'datetime':
      return encoder.parts.length * 2 - 1 + Number(encoder.indicator);
    case 'slots':
      return encoder.width;
    case 'places':
      return 1;
  }
}

export const takesMissing = (encoder: Encoder) => !('fill' in encoder) || encoder.fill !== null;
export const takesUnknown = (encoder: Encoder) =>
  !('fill' in encoder) && (encoder.other !== null || (encoder.kind === 'slots' && encoder.hashed));

/** Writes the inputs of one raw value to `out`, starting at `at`. */
export function encode(encoder: Encoder, raw: number, out: Float32Array, at: number): void {
  switch (encoder.kind) {
    case 'number': {
      const value = Number.isNaN(raw) ? (encoder.fill ?? raw) : raw;
      out[at] = scaled(encoder, clipped(value, encoder.clip));
      if (encoder.indicator) out[at + 1] = Number(Number.isNaN(raw));
      return;
    }
    case 'datetime': {
      const time = Number.isNaN(raw) ? (encoder.fill ?? raw) : raw;
      let place = at;
      for (const part of encoder.parts) {
        if (part === 'year') out[place++] = scaled(encoder, yearOf(time));
        else {
          const angle = 2 * Math.PI * CYCLES[part](time);
          out[place++] = Math.sin(angle);
          out[place++] = Math.cos(angle);
        }
      }
      if (encoder.indicator) out[place] = Number(Number.isNaN(raw));
      return;
    }
    case 'slots': {
      const { slots, width, other, hashed, unit } = encoder;
      out.fill(0, at, at + width);
      const slot = raw >= 0 ? slots[raw]! : hashed ? (-1 - raw) % width : -1;
      const where = slot >= 0 ? slot : other;
      if (where !== null) out[at + where] = unit;
      return;
    }
    case 'places':
      out[at] = raw >= 0 ? encoder.places[raw]! : (encoder.other ?? Number.NaN);
  }
}

export function clipped(value: number, clip: readonly [number, number] | null): number {
  return clip === null ? value : Math.min(clip[1], Math.max(clip[0], value));
}

export const logOf = (value: number) => Math.sign(value) * Math.log1p(Math.abs(value));

function scaled({ log, center, scale, quantiles }: NumberEncoder, value: number): number {
  if (quantiles !== null) return rankOf(quantiles, value);
  return ((log ? logOf(value) : value) - center) / scale;
}

/** scikit-learn's QuantileTransformer: equal quantiles share the mean of their ranks. */
function rankOf(quantiles: readonly number[], value: number): number {
  const last = quantiles.length - 1;
  if (last === 0) return 0;
  if (Number.isNaN(value)) return value;
  if (value <= quantiles[0]!) return 0;
  if (value >= quantiles[last]!) return 1;
  // Indices of the last quantile below and the first above.
  const below = bisect(quantiles, (each) => each < value) - 1;
  const above = bisect(quantiles, (each) => each <= value);
  if (above - below > 1) return (below + 1 + above - 1) / 2 / last;
  const share = (value - quantiles[below]!) / (quantiles[above]! - quantiles[below]!);
  return (below + share) / last;
}

/** How many leading elements satisfy `holds`. */
function bisect(sorted: readonly number[], holds: (value: number) => boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(sorted[middle]!)) low = middle + 1;
    else high = middle;
  }
  return low;
}
