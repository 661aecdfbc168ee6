// Cuts windows from the rows of series: the network's inputs and targets.

import type { RenderedSeries } from '#contracts/training/series.ts';
import { type Encoder, encode, widthOf } from '../data/encoders/encoder.ts';
import type { Fitted } from './card.ts';
import type { Group } from './groups.ts';
import type { Windows } from './windows.ts';

export interface Cut {
  readonly series: RenderedSeries;
  /** [rows, columns], raw */
  readonly values: Float64Array;
  readonly width: number;
  /** For each encoder, the index of its column in a row, and the column's name. */
  readonly places: readonly number[];
  readonly inputs: readonly string[];
  readonly targetPlaces: readonly number[];
  readonly groups: readonly Group[];
  readonly windows: Windows;
  fittedOf(group: Group): Fitted;
}

/**
 * Inputs [windows, window, features] as the network sees them; targets [windows, horizon, targets], scaled only if each series is scaled
 * separately.
 */
export function cutWindows(cut: Cut): { inputs: Float32Array; targets: Float64Array } {
  const { series, values, width, targetPlaces, groups, windows, fittedOf } = cut;
  // Windows overlap, so each row is encoded once, in advance.
  const { encoded, size, ahead } = encodedRows(cut);
  const features = ahead.reduce((sum, [from, until]) => sum + until - from, size);
  const count = windows.start.length;
  const inputs = new Float32Array(count * series.window * features);
  const targets = new Float64Array(count * series.horizon * targetPlaces.length);
  let [at, to] = [0, 0];
  for (let i = 0; i < count; i++) {
    const group = groups[windows.group[i]!]!;
    const start = windows.start[i]!;
    for (let t = start; t < start + series.window; t++) {
      const row = group.rows[t]! * size;
      inputs.set(encoded.subarray(row, row + size), at);
      at += size;
      const later = group.rows[t + series.horizon]! * size;
      for (const [from, until] of ahead) {
        inputs.set(encoded.subarray(later + from, later + until), at);
        at += until - from;
      }
    }
    const { scale } = fittedOf(group);
    for (let h = 0; h < series.horizon; h++) {
      const row = group.rows[start + series.window + h]!;
      for (const [j, place] of targetPlaces.entries()) {
        const value = values[row * width + place]!;
        targets[to++] = series.scale === 'series' ? (value - scale.mean[j]!) / scale.std[j]! : value;
      }
    }
  }
  return { inputs, targets };
}

function encodedRows({ series, values, width, places, inputs, groups, fittedOf }: Cut) {
  const [first] = groups;
  const encoders = first === undefined ? [] : fittedOf(first).encoders;
  const size = encoders.reduce((sum, encoder) => sum + widthOf(encoder), 0);
  const encoded = new Float32Array((values.length / width) * size);
  const raw = new Float64Array(places.length);
  for (const group of groups) {
    const fitted = fittedOf(group);
    for (const row of group.rows) {
      for (const [i, place] of places.entries()) raw[i] = values[row * width + place]!;
      encodeRow(fitted.encoders, raw, 0, encoded, row * size);
    }
  }
  return { encoded, size, ahead: aheadOf(encoders, inputs, series) };
}

/** Encodes the raw values of one row, starting at `from`, into `out`, starting at `at`. */
export function encodeRow(
  encoders: readonly Encoder[],
  raw: ArrayLike<number>,
  from: number,
  out: Float32Array,
  at: number,
): void {
  let to = at;
  for (const [i, encoder] of encoders.entries()) {
    encode(encoder, raw[from + i]!, out, to);
    to += widthOf(encoder);
  }
}

/** The ranges in an encoded row that hold columns known in advance. */
export function aheadOf(
  encoders: readonly Encoder[],
  names: readonly string[],
  { future }: Pick<RenderedSeries, 'future'>,
): [from: number, to: number][] {
  let at = 0;
  return encoders.flatMap((encoder, i): [number, number][] => {
    at += widthOf(encoder);
    return future.includes(names[i]!) ? [[at - widthOf(encoder), at]] : [];
  });
}
