// A sequence on its way through a network: the dimension of its positions at each layer, and where it ends. Up to there padding is masked,
// and text generation advances one position at a time.

import type { ModelLayer } from './model.ts';

export interface SequenceTrace {
  /** By layer name: the input dimension along which positions lie; null if they do not reach the layer. */
  readonly arriving: ReadonlyMap<string, number | null>;
  /** The output dimension along which positions leave the network; null if they ended earlier. */
  readonly leaving: number | null;
  /** The first layer that has no notion of positions. */
  readonly lost: { readonly index: number; readonly layer: ModelLayer } | null;
  /** The first layer in which a position depends on later ones, or on all at once. */
  readonly looksAhead: { readonly index: number; readonly layer: ModelLayer } | null;
}

/**
 * Follows the positions of the model's input, which lie along its first dimension.
 * @param input the name of the model's input in `inputs`
 */
export function traceSequence(layers: readonly ModelLayer[], input: string): SequenceTrace {
  const sent = new Map<string, number | null>([[input, 0]]);
  const arriving = new Map<string, number | null>();
  let leaving: number | null = 0;
  let lost: SequenceTrace['lost'] = null;
  let looksAhead: SequenceTrace['looksAhead'] = null;
  for (const [index, layer] of layers.entries()) {
    const axes = layer.inputs.map((name) => sent.get(name) ?? null);
    const axis = axes[0] ?? null;
    arriving.set(layer.name, axis);
    leaving = null;
    if (axes.some((each) => each !== null)) {
      const alike = axis !== null && axes.every((each) => each === axis);
      const along = alike ? (layer.layer.sequence?.(layer.args, axis, layer.input) ?? null) : null;
      if (along === null) lost ??= { index, layer };
      if (along === null || !along.causal) looksAhead ??= { index, layer };
      leaving = along?.axis ?? null;
    }
    sent.set(layer.name, leaving);
  }
  return { arriving, leaving, lost, looksAhead };
}

/** "layers[2] (Conv1d)" */
export function layerLabel({ index, layer }: NonNullable<SequenceTrace['lost']>): string {
  return `layers[${index}] (${layer.layer.type})`;
}
