// Translates a model to canonical names for model.ts.

import { z } from 'zod';
import { ModelRequest } from '#contracts/training/model.ts';
import { layers } from '../layers/index.ts';
import { layerKeys } from '../layers/keys.ts';
import { LAYERS } from './aliases.ts';
import { canonicalComponent, isObject, type Kind } from './component.ts';
import type { Interpretations } from './interpretations.ts';
import { withTextValues } from './text-values.ts';

const LAYER: Kind = { registry: layers, aliases: LAYERS, common: layerKeys };
const Frame = ModelRequest.extend({ layers: z.unknown() });

export function canonicalModel(given: unknown, root: string, interpretations: Interpretations): unknown {
  if (Array.isArray(given) && given.every((layer) => typeof layer === 'string' || isObject(layer))) {
    interpretations.add(root, 'a list', 'layers');
    interpretations.moved(root, `${root}.layers`);
    return canonicalModel({ layers: given }, root, interpretations);
  }
  if (!isObject(given)) return given;
  const model = withTextValues(Frame, withInput(given, root, interpretations), root, interpretations);
  if (!Array.isArray(model.layers)) return model;
  const list = model.layers.map((layer, i) =>
    canonicalComponent(LAYER, layer, `${root}.layers[${i}]`, interpretations),
  );
  return { ...model, layers: list };
}

/** Accepts `input_shape`, or `input` as a bare shape. */
function withInput(
  given: Record<string, unknown>,
  root: string,
  interpretations: Interpretations,
): Record<string, unknown> {
  const { input_shape: beside, ...rest } = given;
  if (Array.isArray(given.input)) {
    interpretations.add(`${root}.input`, given.input, { shape: given.input });
    interpretations.moved(`${root}.input`, `${root}.input.shape`);
    return { ...given, input: { shape: given.input } };
  }
  if (!Array.isArray(beside) || given.input !== undefined) return given;
  interpretations.add(`${root}.input_shape`, 'input_shape', 'input.shape');
  interpretations.moved(`${root}.input_shape`, `${root}.input.shape`);
  return { ...rest, input: { shape: beside } };
}
