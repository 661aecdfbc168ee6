// A hint for two shapes that do not fit: the layer that is probably missing between them, as the tail of an error message. Empty if none
// is likely.

import { sameShape } from '#engine/shape.ts';
import type { Model } from './model.ts';
import { formatShape, type Shape, sizeOf } from './shape.ts';

/** What a model that takes `input` would need to take samples of the shape `samples`. */
export function inputHint(input: Shape, samples: Shape): string {
  if (sizeOf(input) !== sizeOf(samples)) return '';
  const shape = `"shape": ${formatShape(samples)}`;
  const moved = channelsMoved(samples, input);
  if (moved !== null) return `: ${shape}, then ${moved} as the first layer brings the channels first`;
  if (input.length === 1)
    return `: ${shape}, then a Flatten as the first layer makes ${formatShape(input)} of it`;
  if (samples.length === 1) {
    const layer = `{"type": "Unflatten", "dim": 1, "unflattened_size": ${formatShape(input)}}`;
    return `: ${shape}, then ${layer} as the first layer`;
  }
  return '';
}

/** The Permute that makes `to` of `from` by bringing the last dimension first, or null. */
export function channelsMoved(from: Shape, to: Shape): string | null {
  const last = from.at(-1);
  if (from.length < 2 || last === undefined) return null;
  if (!sameShape([last, ...from.slice(0, -1)], to) || sameShape(from, to)) return null;
  return permuteLast(from.length);
}

/** `{"type": "Permute", …}` for samples of `rank` dimensions, the last of which comes first. */
export function permuteLast(rank: number): string {
  const dims = [0, rank, ...Array.from({ length: rank - 1 }, (_, i) => i + 1)];
  return `{"type": "Permute", "dims": ${formatShape(dims)}}`;
}

/** Where the output keeps dimensions, and the targets are one for each sample: the last Linear that was given more than one row of numbers. */
export function outputHint({ layers, output }: Model, target: Shape): string {
  if (output.length < 2 || sizeOf(target) !== 1) return '';
  const at = layers.findLastIndex(({ layer }) => layer.type === 'Linear');
  const found = layers[at];
  if (found === undefined || found.input.length < 2) return '';
  return `; a Flatten before layers[${at}] (Linear) makes one row of its ${formatShape(found.input)}`;
}
