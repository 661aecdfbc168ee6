// What a dataset implies for the model that learns from it: the input shape, which a request may omit, and array shapes that differ from
// the model's only in form, with the same numbers in the same order.

import type { DatasetInfo } from '#contracts/datasets/dataset.ts';
import type { RenderedPreprocess } from '#contracts/training/training.ts';
import { sameShape } from '#engine/shape.ts';
import type { Pieces } from '../job/fits.ts';
import { layers } from '../layers/index.ts';
import type { Layer } from '../layers/layer.ts';
import { hasShares } from '../losses/loss.ts';
import { PADDING } from '../text/vocabulary.ts';
import { isObject } from './component.ts';
import type { Interpretations } from './interpretations.ts';

/** The model with its input filled in if missing. A first layer that is an Embedding implies token ids. */
export function withInputOf(info: DatasetInfo, model: unknown, interpretations: Interpretations): unknown {
  if (!isObject(model)) return model;
  const given = isObject(model.input) ? model.input : {};
  if (model.input !== undefined && (!isObject(model.input) || given.shape !== undefined)) return model;
  const first = Array.isArray(model.layers) ? layerNamed(model.layers[0]) : null;
  const dtype = first?.vocabulary === undefined ? 'float32' : 'int32';
  const input = { shape: [...info.input_shape], dtype, ...given };
  interpretations.add('model.input', model.input ?? null, input);
  return { ...model, input };
}

/**
 * The model with what only the data determine: the vocabulary size for an Embedding, the outputs of the last Linear, and the padding token
 * for a text column, each only if unset.
 */
export function withVocabulary(
  { preprocess, info }: { preprocess: RenderedPreprocess; info: DatasetInfo },
  model: unknown,
  interpretations: Interpretations,
): unknown {
  const { vocabulary } = preprocess;
  if (vocabulary === undefined || !isObject(model) || !Array.isArray(model.layers)) return model;
  const outputs = info.target.labels?.length ?? (info.features === null ? vocabulary : null);
  const given: unknown[] = model.layers;
  const last = given.findLastIndex((layer) => layerNamed(layer)?.type === 'Linear');
  const layers = given.map((layer, i) => {
    const named = isObject(layer) ? layer : { type: layer };
    const fill = (key: string, value: number | null) => {
      if (value === null || named[key] !== undefined) return layer;
      interpretations.add(`model.layers[${i}].${key}`, null, value);
      return { ...named, [key]: value };
    };
    if (layerNamed(layer)?.vocabulary !== undefined) return fill('num_embeddings', vocabulary);
    return i === last ? fill('out_features', outputs) : layer;
  });
  if (preprocess.max_length === undefined) return { ...model, layers };
  const input = isObject(model.input) ? model.input : {};
  if (model.input !== undefined && (!isObject(model.input) || input.padding !== undefined))
    return { ...model, layers };
  if (input.shape !== undefined) interpretations.add('model.input.padding', null, PADDING);
  return { ...model, input: { ...input, padding: PADDING }, layers };
}

function layerNamed(given: unknown): Layer | null {
  const type = isObject(given) ? given.type : given;
  return typeof type === 'string' ? (layers.members.get(type) ?? null) : null;
}

/** Reports how a dataset's arrays are interpreted if their shapes differ from the model's. */
export function interpretShapes({ model, training, info }: Pieces, interpretations: Interpretations): void {
  if (model === null || training === null || info === null) return;
  if (!sameShape(model.input, info.input_shape)) {
    interpretations.add(paramOf(info, 'inputs'), info.input_shape, model.input);
  }
  const { definition } = training.loss;
  const { shape } = info.target;
  if (definition.task !== 'classes') return;
  const param = paramOf(info, 'targets');
  const positions = model.output.slice(1);
  if (hasShares(definition, model.output, shape)) {
    interpretations.add(param, shape, `probabilities of ${model.output[0]} classes`);
  } else if (!sameShape(positions, shape)) interpretations.add(param, shape, positions);
}

function paramOf({ source }: DatasetInfo, arrays: 'inputs' | 'targets'): string {
  return source === 'inline' ? `dataset.${arrays}` : 'dataset';
}
