// A model as a graph: its layers in order, its parameters as views of theta, and its buffers (running statistics) as views of a flat
// vector of their own.

import { constant, equal, neg, pack, shift, toF32 } from '#engine/functions.ts';
import { layoutParameters, type ParameterLayout, parameterView } from '#engine/parameters.ts';
import type { EntryBuilder, ProgramBuilder } from '#engine/program.ts';
import type { Tensor } from '#engine/tensor.ts';
import { MODEL_INPUT } from '../layers/keys.ts';
import type { Step } from '../layers/layer.ts';
import type { Model } from './model.ts';
import { traceSequence } from './sequence.ts';
import { sizeOf } from './shape.ts';

/** torch's state_dict keys: `fc1.weight`. */
export function parametersOf(model: Model) {
  return model.layers.flatMap(({ name, parameters }) =>
    parameters.map(({ key, shape, initial }) => ({ key: `${name}.${key}`, shape, initial })),
  );
}

/** The state_dict keys of the parameters that are not trained. */
export function frozenKeys(model: Model): Set<string> {
  const frozen = new Set(model.rendered.freeze ?? []);
  const layers = model.layers.filter(({ name }) => frozen.has(name));
  return new Set(layers.flatMap(({ name, parameters }) => parameters.map(({ key }) => `${name}.${key}`)));
}

export function buffersOf(model: Model) {
  return model.layers.flatMap(({ name, buffers }) =>
    buffers.map(({ key, shape, initial, stored }) => ({ key: `${name}.${key}`, shape, initial, stored })),
  );
}

/** Offsets of everything that a network holds: parameters in `theta`, buffers in `buffers`. */
export interface NetworkLayout {
  readonly theta: ParameterLayout;
  readonly buffers: ParameterLayout;
}

export function layoutOf(model: Model): NetworkLayout {
  return { theta: layoutParameters(parametersOf(model)), buffers: layoutParameters(buffersOf(model)) };
}

/** The program states that hold a network, with their sizes. */
export function networkStates({ theta, buffers }: NetworkLayout): Map<'theta' | 'buffers', number> {
  const states = new Map<'theta' | 'buffers', number>([['theta', theta.size]]);
  if (buffers.size > 0) states.set('buffers', buffers.size);
  return states;
}

export function declareNetwork(program: ProgramBuilder, layout: NetworkLayout): void {
  for (const [name, size] of networkStates(layout)) program.state(name, [size]);
}

/** The network's states before the first step. */
export function initialNetwork(
  model: Model,
  layout: NetworkLayout,
  seed: number,
): Record<string, Float32Array> {
  const theta = new Float32Array(layout.theta.size);
  for (const [index, { initial }] of parametersOf(model).entries()) {
    const { offset, shape } = layout.theta.slots[index]!;
    initial(theta.subarray(offset, offset + sizeOf(shape)), seed, index);
  }
  if (layout.buffers.size === 0) return { theta };
  const buffers = new Float32Array(layout.buffers.size);
  for (const [index, { initial }] of buffersOf(model).entries()) {
    const { offset, shape } = layout.buffers.slots[index]!;
    buffers.fill(initial, offset, offset + sizeOf(shape));
  }
  return { theta, buffers };
}

/** Views of a flat state as tensors, by state_dict key. */
export function tensorsOf(flat: Tensor, layout: ParameterLayout): Map<string, Tensor> {
  return new Map(layout.slots.map((slot) => [slot.key, parameterView(flat, slot)]));
}

export interface NetworkTensors {
  readonly parameters: ReadonlyMap<string, Tensor>;
  readonly buffers: ReadonlyMap<string, Tensor>;
}

export interface NetworkOutput {
  /** [batch, …output] */
  readonly output: Tensor;
  /** New values of the buffers that the step changes, by key. */
  readonly kept: ReadonlyMap<string, Tensor>;
}

/** Passes `x` [batch, …input] through all layers. */
export function forward(
  model: Model,
  x: Tensor,
  { parameters, buffers }: NetworkTensors,
  training: boolean,
  step?: (layer: string) => Step,
): NetworkOutput {
  const padding = model.rendered.input.padding;
  const mask = padding == null ? undefined : realPositions(x, padding);
  const { arriving } = traceSequence(model.layers, MODEL_INPUT);
  const sent = new Map<string, Tensor>([[MODEL_INPUT, x]]);
  const kept = new Map<string, Tensor>();
  let output = x;
  for (const [stream, { layer, name, args, inputs }] of model.layers.entries()) {
    const given = inputs.map((input) => sent.get(input)!);
    output = layer.forward(given[0]!, args, {
      inputs: given,
      training,
      stream,
      mask: arriving.get(name) === null ? undefined : mask,
      step: step?.(name),
      parameter: (key) => parameters.get(`${name}.${key}`)!,
      buffer: (key) => buffers.get(`${name}.${key}`)!,
      keep: (key, value) => kept.set(`${name}.${key}`, value),
    });
    sent.set(name, output);
  }
  return { output, kept };
}

/** 1 for real tokens, 0 for padding. @param tokens [batch, positions] */
function realPositions(tokens: Tensor, padding: number): Tensor {
  return shift(neg(equal(toF32(tokens), constant(tokens.graph, padding))), 1);
}

/** The network applied to this step's batch, with the states of `declareNetwork`. */
export function networkOf(
  entry: EntryBuilder,
  model: Model,
  layout: NetworkLayout,
  training: boolean,
  step?: (layer: string) => Step,
) {
  const parameters = tensorsOf(entry.state('theta'), layout.theta);
  const buffers = layout.buffers.size === 0 ? new Map() : tensorsOf(entry.state('buffers'), layout.buffers);
  const { output, kept } = forward(model, entry.batch('inputs'), { parameters, buffers }, training, step);
  if (training && kept.size > 0) {
    const { slots, size } = layout.buffers;
    const values = slots.map(({ key }) => kept.get(key) ?? buffers.get(key)!);
    const offsets = slots.map(({ offset }) => offset);
    entry.assign('buffers', pack(values, offsets, size));
  }
  return { parameters, output };
}
