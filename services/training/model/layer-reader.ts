// Reads the layers of a model one by one: looks each up, fills in its arguments, and infers its output's shape from what it receives.

import type { Detail } from '#contracts/errors.ts';
import { LIMITS } from '#contracts/limits.ts';
import { didYouMean } from '#contracts/nearest.ts';
import type { ModelRequest } from '#contracts/training/model.ts';
import { layers as registry } from '../layers/index.ts';
import { layerKeys, MODEL_INPUT } from '../layers/keys.ts';
import type { Arrival, Layer, Parameter } from '../layers/layer.ts';
import { readComponent, refuseAt } from './component.ts';
import type { ModelLayer } from './model.ts';
import { formatShape, type Shape, sizeOf } from './shape.ts';

export class LayerReader {
  readonly built: ModelLayer[] = [];
  /** Layers that name their inputs. */
  readonly named = new Set<string>();
  /** The output of the layer read last; null if unknown. */
  last: Arrival | null = null;
  parameters = 0;
  vocabulary: number | null = null;
  readonly #details: Detail[];
  readonly #root: string;
  #lastName: string = MODEL_INPUT;
  /** Outputs by layer name; null for a layer that was refused. */
  readonly #sent = new Map<string, { arrival: Arrival | null; index: number }>();

  constructor(details: Detail[], root: string) {
    this.#details = details;
    this.#root = root;
  }

  /** @param input null if it was refused: the first layers' inputs are then unknown */
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
    // A layer without a name is named by its index, as in torch's Sequential.
    const given = (read.value?.common.name as string | undefined) ?? null;
    const name = given ?? String(index);
    const before = this.#sent.get(name);
    if (before !== undefined) this.#details.push(duplicateName(path, name, before.index));
    this.last = read.value === null ? null : this.#build(read.value, name, given, index, path);
    this.#sent.set(name, { arrival: this.last, index });
    this.#lastName = name;
  }

  /** The layer's output; null if it was refused or its input is unknown. */
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
      refuse('inputs', `joins two or more inputs: name them, as in "inputs": ["${this.#lastName}", …]`);
      return null;
    }
    if (layer.joins !== true && inputs.length > 1) {
      refuse('inputs', `takes one input, but ${inputs.length} are given; join them first (Add, Mul, Concat)`);
      return null;
    }
    const [arrival] = arrivals ?? [];
    if (arrivals === null || arrival === undefined) return null;
    const takes = layer.vocabulary === undefined ? 'float32' : 'int32';
    const wrong = arrivals.find(({ dtype }) => dtype !== takes);
    if (wrong !== undefined) {
      const hint = takes === 'int32' ? 'set model.input.dtype to "int32"' : 'put an Embedding first';
      refuse(null, `takes ${takes}, but ${wrong.dtype} arrives from ${wrong.from}: ${hint}`);
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

  /** The inputs of a layer; null if one is unknown. */
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

/** Arguments in the order of the definition, whether given, defaulted or inferred. */
function inOrder(args: Record<string, unknown>, layer: Layer): Record<string, unknown> {
  return Object.fromEntries(Object.keys(layer.args).map((key) => [key, args[key]]));
}

function duplicateName(path: string, name: string, before: number): Detail {
  const message = `"${name}" is already the name of layers[${before}] (a layer without a name is named by its index)`;
  return { param: `${path}.name`, code: 'duplicate', message };
}

function tooLarge(param: string, prefix: string, shape: Shape): Detail {
  const message = `${prefix}${formatShape(shape)} is ${sizeOf(shape)} numbers per sample, the limit is ${LIMITS.sampleSize}`;
  return { param, code: 'too_big', message };
}

function tooManyParameters(param: string, prefix: string, count: number): Detail {
  const message = `${prefix}the model reaches ${count} parameters here, the limit is ${LIMITS.parameters}`;
  return { param, code: 'too_big', message };
}
