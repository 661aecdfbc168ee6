// A hint for two shapes that do not fit: the layer that is probably missing between them, as the tail of an error message. Empty if none
// is likely.

import { sameShape } from '#engine/shape.ts';
import type { Model } from './model.ts';
import { formatShape, type Shape, sizeOf } from './shape.ts';

/** What a model with input shape `input` needs in order to take samples of shape `samples`. */
export function inputHint(input: Shape, samples: Shape): string {
  if (sizeOf(input) !== sizeOf(samples)) return '';
  const shape = `"shape": ${formatShape(samples)}`;
  const moved = channelsMoved(samples, input);
  if (moved !== null) return `: ${shape}, then ${moved} as the first layer to move the channels first`;
  if (input.length === 1)
    return `: ${shape}, then a Flatten as the first layer to make it ${formatShape(input)}`;
  if (samples.length === 1) {
    const layer = `{"type": "Unflatten", "dim": 1, "unflattened_size": ${formatShape(input)}}`;
    return `: ${shape}, then ${layer} as the first layer`;
  }
  return '';
}

/** The Permute that turns `from` into `to` by moving the last dimension to the front; null if none does. */
export function channelsMoved(from: Shape, to: Shape): string | null {
  const last = from.at(-1);
  if (from.length < 2 || last === undefined) return null;
  if (!sameShape([last, ...from.slice(0, -1)], to) || sameShape(from, to)) return null;
  return permuteLast(from.length);
}

/** `{"type": "Permute", …}` that moves the last of a sample's `rank` dimensions to the front. */
export function permuteLast(rank: number): string {
  const dims = [0, rank, ...Array.from({ length: rank - 1 }, (_, i) => i + 1)];
  return `{"type": "Permute", "dims": ${formatShape(dims)}}`;
}

/** If the output keeps dimensions but there is one target per sample: a Flatten before the last Linear, if that one gets more than one row. */
export function outputHint({ layers, output }: Model, target: Shape): string {
  if (output.length < 2 || sizeOf(target) !== 1) return '';
  const at = layers.findLastIndex(({ layer }) => layer.type === 'Linear');
  const found = layers[at];
  if (found === undefined || found.input.length < 2) return '';
  return `; a Flatten before layers[${at}] (Linear) flattens its input ${formatShape(found.input)}`;
}
