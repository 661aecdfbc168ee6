// From a model as the user wrote it to one that can be built: layers looked up in the registry, defaults filled in, shapes inferred,
// limits checked. Nothing is allocated here, however large the sizes are.

import { z } from 'zod';
import type { Detail } from '#contracts/errors.ts';
import { LIMITS } from '#contracts/limits.ts';
import { didYouMean } from '#contracts/nearest.ts';
import { detailsOf } from '#contracts/problems.ts';
import { type InputType, ModelRequest, type RenderedModel } from '#contracts/training/model.ts';
import { layers as registry } from '../layers/index.ts';
import { layerKeys, MODEL_INPUT } from '../layers/keys.ts';
import type { Arrival, Layer, LayerBuffer, Parameter } from '../layers/layer.ts';
import { type Read, readComponent, refuseAt } from './component.ts';
import { placeOf, wayOf } from './sequence.ts';
import { formatShape, type Shape, sizeOf } from './shape.ts';

export interface ModelLayer {
  readonly layer: Layer;
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** Names of the layers whose outputs arrive; MODEL_INPUT for the model's own. */
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
  /** Token numbers must be below this; null where the input is not token numbers. */
  readonly vocabulary: number | null;
  readonly output: Shape;
  readonly layers: readonly ModelLayer[];
  readonly parameters: number;
}

/** Everything around the layers; they are read one by one, each by its own definition. */
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

/** Reads the layers in order, keeping what each of them sends on. */
class LayerReader {
  readonly built: ModelLayer[] = [];
  /** Layers that name their inputs. */
  readonly named = new Set<string>();
  /** What the layer read last sends on; null where that is not known. */
  last: Arrival | null = null;
  parameters = 0;
  vocabulary: number | null = null;
  readonly #details: Detail[];
  readonly #root: string;
  #lastName: string = MODEL_INPUT;
  /** By layer name; null for a layer that was refused. */
  readonly #sent = new Map<string, { arrival: Arrival | null; index: number }>();

  constructor(details: Detail[], root: string) {
    this.#details = details;
    this.#root = root;
  }

  /** Null where the input was refused: what reaches the layers is then not known. */
  start(input: ModelRequest['input'] | null): void {
    if (input !== null) this.#arrive(input);
    this.#sent.set(MODEL_INPUT, { arrival: this.last, index: -1 });
  }

  #arrive({ shape, dtype }: ModelRequest['input']): void {
    if (sizeOf(shape) > LIMITS.sampleSize) {
      this.#details.push(tooLarge(`${this.#root}.input.shape`, '', shape));
    } else {
      this.last = { shape, dtype, from: `the input ${formatShape(shape)}` };
    }
  }

  read(item: unknown, index: number): void {
    const path = `${this.#root}.layers[${index}]`;
    const read = readComponent(registry, item, path, layerKeys);
    this.#details.push(...read.details);
    // Without a name a layer is known by its place, as in torch's Sequential.
    const given = (read.value?.common.name as string | undefined) ?? null;
    const name = given ?? String(index);
    const before = this.#sent.get(name);
    if (before !== undefined) this.#details.push(duplicateName(path, name, before.index));
    this.last = read.value === null ? null : this.#build(read.value, name, given, index, path);
    this.#sent.set(name, { arrival: this.last, index });
    this.#lastName = name;
  }

  /** What the layer sends on, or null where it was refused (or what reaches it is not known). */
  #build(
    {
      definition: layer,
      args,
      common,
    }: { definition: Layer; args: Record<string, unknown>; common: Record<string, unknown> },
    name: string,
    given: string | null,
    index: number,
    path: string,
  ): Arrival | null {
    const title = given === null ? layer.type : `${layer.type} ${JSON.stringify(given)}`;
    const prefix = `layers[${index}] (${title}): `;
    const refuse = refuseAt(this.#details, path, prefix);
    const inputs = (common.inputs as string[] | undefined) ?? [this.#lastName];
    if (common.inputs !== undefined) this.named.add(name);
    const arrivals = this.#arrivals(inputs, path, prefix);
    if (layer.joins === true && inputs.length < 2) {
      refuse('inputs', `joins two inputs or more: name them, as in "inputs": ["${this.#lastName}", …]`);
      return null;
    }
    if (layer.joins !== true && inputs.length > 1) {
      refuse('inputs', `takes one input, ${inputs.length} given; join them first (Add, Mul, Concat)`);
      return null;
    }
    const [arrival] = arrivals ?? [];
    if (arrivals === null || arrival === undefined) return null;
    const takes = layer.vocabulary === undefined ? 'float32' : 'int32';
    const wrong = arrivals.find(({ dtype }) => dtype !== takes);
    if (wrong !== undefined) {
      const hint = takes === 'int32' ? 'set model.input.dtype to "int32"' : 'an Embedding comes first';
      refuse(null, `takes ${takes}, ${wrong.dtype} arrives from ${wrong.from}: ${hint}`);
      return null;
    }
    const inferred = layer.infer(args, arrival, refuse, arrivals);
    if (inferred === null) return null;
    const { output } = inferred;
    if (sizeOf(output) > LIMITS.sampleSize) {
      this.#details.push(tooLarge(path, prefix, output));
      return null;
    }
    const complete = inOrder(inferred.args ?? args, layer);
    const parameters = layer.parameters?.(complete) ?? [];
    this.#count(parameters, path, prefix);
    const size = layer.vocabulary?.(complete);
    if (size !== undefined) this.vocabulary = Math.min(this.vocabulary ?? size, size);
    this.built.push({
      layer,
      name,
      args: complete,
      inputs,
      input: arrival.shape,
      output,
      parameters,
      buffers: layer.buffers?.(complete) ?? [],
      flops: layer.flops(complete, arrival.shape, output),
    });
    const same = sizeOf(arrival.shape) === sizeOf(output) && arrival.shape.length === output.length;
    const via = same ? '' : ` → ${formatShape(output)}`;
    return { shape: output, dtype: 'float32', from: `${title} ${formatShape(arrival.shape)}${via}` };
  }

  /** What arrives from each input; null where one is not known. */
  #arrivals(inputs: readonly string[], path: string, prefix: string): Arrival[] | null {
    const arrivals: Arrival[] = [];
    for (const [i, input] of inputs.entries()) {
      const sender = this.#sent.get(input);
      if (sender === undefined) {
        const message = `${prefix}there is no layer ${JSON.stringify(input)} before it; ${didYouMean(input, [...this.#sent.keys()])}`;
        this.#details.push({ param: `${path}.inputs[${i}]`, code: 'not_found', message });
      } else if (sender.arrival !== null) arrivals.push(sender.arrival);
    }
    return arrivals.length === inputs.length ? arrivals : null;
  }

  #count(parameters: readonly Parameter[], path: string, prefix: string): void {
    const count = parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    if (this.parameters <= LIMITS.parameters && this.parameters + count > LIMITS.parameters) {
      this.#details.push(tooManyParameters(path, prefix, this.parameters + count));
    }
    this.parameters += count;
  }
}

/** Whether every layer that the sequence reaches knows which of its positions are padding. */
function checkPadding(
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
    refuse('is the number of a token: of an input [positions] of "dtype": "int32"');
  } else if (vocabulary !== null && padding >= vocabulary) {
    refuse(`${padding} given, tokens are 0 to ${vocabulary - 1}`);
  } else {
    const { lost } = wayOf(layers, MODEL_INPUT);
    if (lost === null) return;
    const message = `${placeOf(lost)} does not know which positions are padding: a recurrent layer, attention, or a Permute and AdaptiveAvgPool1d before it does; "padding": null in model.input takes it for a token like any other`;
    refuse(message, `${root}.layers[${lost.index}]`);
  }
}

function checkFrozen(
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
      message: 'every layer is frozen: nothing would learn',
    });
  }
}

/** What can still be checked of a model whose frame is broken. */
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

/** Arguments in the order of their definition, whether they were given, defaulted or inferred. */
function inOrder(args: Record<string, unknown>, layer: Layer): Record<string, unknown> {
  return Object.fromEntries(Object.keys(layer.args).map((key) => [key, args[key]]));
}

function duplicateName(path: string, name: string, before: number): Detail {
  const message = `"${name}" is the name of layers[${before}] already (a layer without a name is named by its place)`;
  return { param: `${path}.name`, code: 'duplicate', message };
}

function tooLarge(param: string, prefix: string, shape: Shape): Detail {
  const message = `${prefix}${formatShape(shape)} is ${sizeOf(shape)} numbers a sample, the limit is ${LIMITS.sampleSize}`;
  return { param, code: 'too_big', message };
}

function tooManyParameters(param: string, prefix: string, count: number): Detail {
  const message = `${prefix}the model reaches ${count} parameters here, the limit is ${LIMITS.parameters}`;
  return { param, code: 'too_big', message };
}
