// Whether a model accepts a file's weights (strictly, like torch's load_state_dict), and their conversion to the network's states.

import type { Detail } from '#contracts/errors.ts';
import { didYouMean } from '#contracts/nearest.ts';
import type { RenderedModel } from '#contracts/training/model.ts';
import type { TensorInfo } from '#contracts/weights.ts';
import { sameShape } from '#engine/shape.ts';
import { MAX_DETAILS } from '../data/formats/flatten.ts';
import { type Model, readModel } from './model.ts';
import { buffersOf, layoutOf, type NetworkLayout, networkStates, parametersOf } from './network.ts';
import type { SafeDType, SafeTensor } from './safetensors.ts';
import { formatShape } from './shape.ts';
import { numbersOf } from './tensor-numbers.ts';

/** Dtypes accepted for parameters and running statistics, and for counters. */
const FLOATS: readonly SafeDType[] = ['F32', 'F64', 'F16', 'BF16'];
const COUNTS: readonly SafeDType[] = ['I64', 'I32'];

interface Wanted {
  readonly key: string;
  readonly shape: readonly number[];
  readonly dtypes: readonly SafeDType[];
}

function wantedBy(model: Model): Wanted[] {
  return [
    ...parametersOf(model).map(({ key, shape }) => ({ key, shape, dtypes: FLOATS })),
    ...buffersOf(model).map(({ key, shape, stored }) => ({
      key,
      shape,
      dtypes: stored === 'I64' ? COUNTS : FLOATS,
    })),
  ];
}

/** The tensors of a file with all of the model's weights. */
export function tensorInfosOf(model: Model): TensorInfo[] {
  return wantedBy(model).map(({ key, shape, dtypes }) => ({ key, shape: [...shape], dtype: dtypes[0]! }));
}

/** Reports every tensor that is missing, unknown, or of another shape or kind than the model's. */
export function checkWeights(model: Model, tensors: readonly TensorInfo[], param: string): Detail[] {
  const details: Detail[] = [];
  const refuse = (code: string, message: string) => details.push({ param, code, message });
  const given = new Map(tensors.map((tensor) => [tensor.key, tensor]));
  const wanted = wantedBy(model);
  const known = new Set(wanted.map(({ key }) => key));
  for (const { key, shape, dtypes } of wanted) {
    const tensor = given.get(key);
    const name = JSON.stringify(key);
    if (tensor === undefined) {
      refuse('missing_key', `${name} is missing: the model has it as ${formatShape(shape)}`);
    } else if (!sameShape(tensor.shape, shape)) {
      refuse(
        'does_not_fit',
        `${name} is ${formatShape(tensor.shape)} in the file, but ${formatShape(shape)} in the model`,
      );
    } else if (!dtypes.includes(tensor.dtype)) {
      refuse('wrong_dtype', `${name} is ${tensor.dtype} in the file, expected ${dtypes.join(', ')}`);
    }
  }
  const missing = wanted.filter(({ key }) => !given.has(key)).map(({ key }) => key);
  const unknown = tensors.filter(({ key }) => !known.has(key));
  // A foreign file may have tens of thousands, and finding similar names takes time.
  const named = unknown.slice(0, Math.max(1, MAX_DETAILS - details.length));
  for (const { key, shape } of named) {
    const hint = didYouMean(key, (missing.length > 0 ? missing : [...known]).slice(0, 50));
    refuse('unknown_key', `the model has no ${JSON.stringify(key)} ${formatShape(shape)}; ${hint}`);
  }
  const more = unknown.length - named.length;
  if (more > 0) refuse('unknown_key', `the model does not have ${more} more of the file's tensors`);
  return details;
}

/** A network's initial states (theta, buffers) from the tensors of a file. */
export function initialStates(
  given: RenderedModel,
  tensors: ReadonlyMap<string, SafeTensor>,
): Record<string, Float32Array> {
  const model = readModel(given, 'model').value;
  if (model === null) throw new Error('the model cannot be built');
  return loadWeights(layoutOf(model), tensors);
}

/** Expects tensors that passed `checkWeights`; a mismatch is a bug here. */
export function loadWeights(
  layout: NetworkLayout,
  tensors: ReadonlyMap<string, SafeTensor>,
): Record<string, Float32Array> {
  const states: Record<string, Float32Array> = {};
  for (const [part, size] of networkStates(layout)) {
    const flat = new Float32Array(size);
    for (const { key, shape, offset } of layout[part].slots) {
      const tensor = tensors.get(key);
      if (tensor === undefined || !sameShape(tensor.shape, shape)) {
        throw new Error(`the weights do not fit: ${key} ${formatShape(shape)}`);
      }
      flat.set(numbersOf(tensor), offset);
    }
    states[part] = flat;
  }
  return states;
}
