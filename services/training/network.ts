// A model as a graph: its layers one after the other, its parameters as views of theta.

import { layoutParameters, type ParameterLayout, parameterView } from '#engine/parameters.ts';
import type { Tensor } from '#engine/tensor.ts';
import type { Model } from './model.ts';
import { sizeOf } from './shape.ts';

/** torch's state_dict keys: `fc1.weight`. */
export function parametersOf(model: Model) {
  return model.layers.flatMap(({ name, parameters }) =>
    parameters.map(({ key, shape, initial }) => ({ key: `${name}.${key}`, shape, initial })),
  );
}

export function layoutOf(model: Model): ParameterLayout {
  return layoutParameters(parametersOf(model));
}

/** theta before the first step: [layout.size] */
export function initialTheta(model: Model, layout: ParameterLayout, seed: number): Float32Array {
  const theta = new Float32Array(layout.size);
  for (const [index, { initial }] of parametersOf(model).entries()) {
    const { offset, shape } = layout.slots[index]!;
    initial(theta.subarray(offset, offset + sizeOf(shape)), seed, index);
  }
  return theta;
}

/** The parameters as tensors, by state_dict key: what gradients are taken of. */
export function parameterTensors(theta: Tensor, layout: ParameterLayout): ReadonlyMap<string, Tensor> {
  return new Map(layout.slots.map((slot) => [slot.key, parameterView(theta, slot)]));
}

/** `x` [batch, …input] → [batch, …output]. */
export function forward(
  model: Model,
  x: Tensor,
  parameters: ReadonlyMap<string, Tensor>,
  training: boolean,
): Tensor {
  return model.layers.reduce(
    (y, { layer, name, args }, stream) =>
      layer.forward(y, args, { training, stream, parameter: (key) => parameters.get(`${name}.${key}`)! }),
    x,
  );
}
