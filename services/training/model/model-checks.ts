// Checks of a model as a whole rather than of one layer: padding must be handled by every layer that the sequence reaches, and frozen
// layers must exist.

import type { Detail } from '#contracts/errors.ts';
import { didYouMean } from '#contracts/nearest.ts';
import type { ModelRequest } from '#contracts/training/model.ts';
import { MODEL_INPUT } from '../layers/keys.ts';
import type { ModelLayer } from './model.ts';
import { layerLabel, traceSequence } from './sequence.ts';

/** Every layer that the sequence reaches must know which positions are padding. */
export function checkPadding(
  { shape, dtype, padding }: ModelRequest['input'],
  layers: readonly ModelLayer[],
  vocabulary: number | null,
  root: string,
  details: Detail[],
): void {
  if (padding == null) return;
  const refuse = (message: string, param = `${root}.input.padding`) =>
    details.push({ param, code: 'does_not_fit', message });
  if (dtype !== 'int32' || shape.length !== 1) {
    refuse('is a token id: it requires an input [positions] of "dtype": "int32"');
  } else if (vocabulary !== null && padding >= vocabulary) {
    refuse(`${padding} given, but tokens are 0 to ${vocabulary - 1}`);
  } else {
    const { lost } = traceSequence(layers, MODEL_INPUT);
    if (lost === null) return;
    const message = `${layerLabel(lost)} does not know which positions are padding: a recurrent layer, attention, or a Permute and AdaptiveAvgPool1d before it does; "padding": null in model.input treats it as an ordinary token`;
    refuse(message, `${root}.layers[${lost.index}]`);
  }
}

export function checkFrozen(
  freeze: readonly string[],
  layers: readonly ModelLayer[],
  path: string,
  details: Detail[],
): void {
  const learning = layers.filter(({ parameters }) => parameters.length > 0).map(({ name }) => name);
  for (const [i, name] of freeze.entries()) {
    if (learning.includes(name)) continue;
    const named = JSON.stringify(name);
    const message = layers.some((layer) => layer.name === name)
      ? `the layer ${named} has no parameters: there is nothing to freeze`
      : `there is no layer ${named}; ${didYouMean(name, learning)}`;
    details.push({ param: `${path}[${i}]`, code: 'not_found', message });
  }
  if (learning.length > 0 && learning.every((name) => freeze.includes(name))) {
    details.push({
      param: path,
      code: 'does_not_fit',
      message: 'every layer is frozen: nothing would be trained',
    });
  }
}
