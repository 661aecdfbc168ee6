// Which models are so fast that the caller may run them on its own event loop.

import type { Model } from '../model/model.ts';
import { decodeArtifact } from '../run/artifact.ts';

/** Floating-point operations per row: about 20 µs. */
const ROW_FLOPS = 200_000;
/** Floating-point operations per request: well below a millisecond. */
const REQUEST_FLOPS = 2_000_000;
const LAYERS = 32;
/** Their programs have kernels for every time step, so compiling takes longer than running. */
const UNROLLED: ReadonlySet<string> = new Set([
  'RNN',
  'LSTM',
  'GRU',
  'TransformerEncoderLayer',
  'MultiheadAttention',
]);

/** Per row. */
export function flopsOf({ layers }: Pick<Model, 'layers'>): number {
  return layers.reduce((sum, { flops }) => sum + flops, 0);
}

/** Whether a model's programs compile in a few milliseconds and a row runs in a few microseconds. */
export function isQuick(artifact: Uint8Array): boolean {
  const { model } = decodeArtifact(artifact);
  const { layers } = model;
  if (layers.length > LAYERS || layers.some(({ layer }) => UNROLLED.has(layer.type))) return false;
  return flopsOf(model) <= ROW_FLOPS;
}

/** How many rows of such a model may be answered at once. */
export function quickRows(model: Model): number {
  return Math.max(1, Math.min(32, Math.floor(REQUEST_FLOPS / Math.max(1, flopsOf(model)))));
}
