// From the model as written by the user to one that can be built: layers looked up in the registry, defaults filled in, shapes inferred,
// limits checked. Nothing is allocated here, however large the sizes are.

import { z } from 'zod';
import type { Detail } from '#contracts/errors.ts';
import { LIMITS } from '#contracts/limits.ts';
import { detailsOf } from '#contracts/problems.ts';
import { type InputType, ModelRequest, type RenderedModel } from '#contracts/training/model.ts';
import type { Layer, LayerBuffer, Parameter } from '../layers/layer.ts';
import type { Read } from './component.ts';
import { LayerReader } from './layer-reader.ts';
import { checkFrozen, checkPadding } from './model-checks.ts';
import type { Shape } from './shape.ts';

export interface ModelLayer {
  readonly layer: Layer;
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** Names of the layers whose outputs it takes; MODEL_INPUT for the model's input. */
  readonly inputs: readonly string[];
  readonly input: Shape;
  readonly output: Shape;
  readonly parameters: readonly Parameter[];
  readonly buffers: readonly LayerBuffer[];
  readonly flops: number;
}

export interface Model {
  readonly rendered: RenderedModel;
  readonly input: Shape;
  readonly inputType: InputType;
  /** Tokens must be below this number; null if the input is not tokens. */
  readonly vocabulary: number | null;
  readonly output: Shape;
  readonly layers: readonly ModelLayer[];
  readonly parameters: number;
}

/** Everything but the layers, which are read one by one, each by its own definition. */
const Frame = z.strictObject({
  ...ModelRequest.shape,
  layers: z.array(z.unknown()).min(1).max(LIMITS.layers),
});

export function readModel(given: unknown, root: string): Read<Model> {
  const details: Detail[] = [];
  const frame = Frame.safeParse(given);
  if (!frame.success) details.push(...detailsOf(frame.error, Frame, root, given));
  const { name, input, layers, weights, freeze } = frame.success ? frame.data : salvage(given);
  const reader = new LayerReader(details, root);
  reader.start(input);
  for (const [index, item] of layers.entries()) reader.read(item, index);
  const { built, last } = reader;
  if (input !== null) checkPadding(input, built, reader.vocabulary, root, details);
  if (freeze !== undefined && details.length === 0) checkFrozen(freeze, built, `${root}.freeze`, details);
  if (details.length > 0 || last === null || input === null) return { details, value: null };
  const rendered: RenderedModel = {
    name: name ?? 'Model',
    input,
    layers: built.map((each) => ({
      type: each.layer.type,
      name: each.name,
      ...(reader.named.has(each.name) ? { inputs: [...each.inputs] } : {}),
      ...each.args,
    })),
    ...(weights === undefined ? {} : { weights }),
    ...(freeze === undefined || freeze.length === 0 ? {} : { freeze: [...freeze] }),
  };
  return {
    details,
    value: {
      rendered,
      input: input.shape,
      inputType: input.dtype,
      vocabulary: reader.vocabulary,
      output: last.shape,
      layers: built,
      parameters: reader.parameters,
    },
  };
}

/** The parts of an invalid model that can still be checked. */
function salvage(given: unknown): {
  name?: string;
  weights?: string;
  freeze?: string[];
  input: ModelRequest['input'] | null;
  layers: unknown[];
} {
  const object = typeof given === 'object' && given !== null ? (given as Record<string, unknown>) : {};
  const input = ModelRequest.shape.input.safeParse(object.input);
  return {
    input: input.success ? input.data : null,
    layers: Array.isArray(object.layers) ? object.layers.slice(0, LIMITS.layers) : [],
  };
}
