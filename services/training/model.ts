// From a model as the user wrote it to one that can be built: every layer found in the registry, every default filled
// in, every shape inferred and every limit kept. Nothing is allocated here, however large the sizes are.

import { z } from 'zod';
import type { Detail } from '#contracts/errors.ts';
import { LIMITS } from '#contracts/limits.ts';
import { ModelRequest, type RenderedModel } from '#contracts/model.ts';
import { detailsOf } from '#contracts/problems.ts';
import { Name } from '#contracts/text.ts';
import { type Read, readComponent, refuseAt } from './component.ts';
import { layers as registry } from './layers/index.ts';
import type { Arrival, Layer, Parameter } from './layers/layer.ts';
import { formatShape, type Shape, sizeOf } from './shape.ts';

export interface ModelLayer {
  readonly layer: Layer;
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly input: Shape;
  readonly output: Shape;
  readonly parameters: readonly Parameter[];
  readonly flops: number;
}

export interface Model {
  readonly rendered: RenderedModel;
  readonly input: Shape;
  readonly output: Shape;
  readonly layers: readonly ModelLayer[];
  readonly parameters: number;
}

/** A dot would break the keys of the weights: `fc1.weight`. */
const LayerName = Name.refine((name) => !name.includes('.'), { error: 'may not hold a dot' });

/** Everything around the layers; they are read one by one, each by its own definition. */
const Frame = z.strictObject({
  ...ModelRequest.shape,
  layers: z.array(z.unknown()).min(1).max(LIMITS.layers),
});

export function readModel(given: unknown, root: string): Read<Model> {
  const details: Detail[] = [];
  const frame = Frame.safeParse(given);
  if (!frame.success) details.push(...detailsOf(frame.error, Frame, root));
  const { name, input, layers } = frame.success ? frame.data : salvage(given);

  let arrival: Arrival | null = null;
  if (input !== null) {
    if (sizeOf(input.shape) > LIMITS.sampleSize)
      details.push(tooLarge(`${root}.input.shape`, '', input.shape));
    else arrival = { shape: input.shape, from: `the input ${formatShape(input.shape)}` };
  }
  const names = new Map<string, number>();
  const built: ModelLayer[] = [];
  let parameters = 0;
  for (const [index, item] of layers.entries()) {
    const path = `${root}.layers[${index}]`;
    const read = readComponent(registry, item, path, LayerName);
    details.push(...read.details);
    // Without a name a layer is known by its place, as in torch's Sequential.
    const layerName = read.value?.name ?? String(index);
    const before = names.get(layerName);
    if (before !== undefined) details.push(duplicateName(path, layerName, before));
    names.set(layerName, index);
    if (read.value === null || arrival === null) {
      arrival = null;
      continue;
    }
    const { definition: layer, args, name: given } = read.value;
    const title = given === null ? layer.type : `${layer.type} ${JSON.stringify(given)}`;
    const prefix = `layers[${index}] (${title}): `;
    const inferred = layer.infer(args, arrival, refuseAt(details, path, prefix));
    if (inferred === null) {
      arrival = null;
      continue;
    }
    const { shape }: Arrival = arrival;
    const { output } = inferred;
    if (sizeOf(output) > LIMITS.sampleSize) {
      details.push(tooLarge(path, prefix, output));
      arrival = null;
      continue;
    }
    const complete = inOrder(inferred.args ?? args, layer);
    const own = layer.parameters?.(complete) ?? [];
    const count = own.reduce((sum, parameter) => sum + sizeOf(parameter.shape), 0);
    if (parameters <= LIMITS.parameters && parameters + count > LIMITS.parameters) {
      details.push(tooManyParameters(path, prefix, parameters + count));
    }
    parameters += count;
    const flops = layer.flops(complete, shape, output);
    built.push({ layer, name: layerName, args: complete, input: shape, output, parameters: own, flops });
    const via =
      sizeOf(shape) === sizeOf(output) && shape.length === output.length ? '' : ` → ${formatShape(output)}`;
    arrival = { shape: output, from: `${title} ${formatShape(shape)}${via}` };
  }
  if (details.length > 0 || arrival === null || input === null) return { details, value: null };
  const rendered: RenderedModel = {
    name: name ?? 'Model',
    input,
    layers: built.map((each) => ({ type: each.layer.type, name: each.name, ...each.args })),
  };
  return {
    details,
    value: { rendered, input: input.shape, output: arrival.shape, layers: built, parameters },
  };
}

/** What can still be checked of a model whose frame is broken. */
function salvage(given: unknown): { name?: string; input: ModelRequest['input'] | null; layers: unknown[] } {
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
