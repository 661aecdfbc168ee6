// Branches combined element by element: Add and Mul. Axes of size 1 are broadcast as in torch, but all inputs must have the same number of
// dimensions: otherwise the batch of one would be aligned with another dimension of the other.

import { broadcastShapes } from '#engine/shape.ts';
import type { Tensor } from '#engine/tensor.ts';
import { formatShape, type Shape, sizeOf } from '../model/shape.ts';
import { type Arrival, defineLayer, eachAlone, type Layer } from './layer.ts';

export function joinElementwise(layer: {
  type: string;
  help: string;
  apply: (a: Tensor, b: Tensor) => Tensor;
}): Layer {
  return defineLayer({
    type: layer.type,
    help: layer.help,
    args: {},
    joins: true,
    infer(_, first, refuse, arrivals) {
      let output: Shape = first.shape;
      let sofar: Arrival = first;
      for (const arrival of arrivals.slice(1)) {
        const { shape } = arrival;
        const joined = shape.length === output.length ? broadcastShapes(output, shape) : null;
        if (joined === null) {
          const shapes = `${formatShape(output)} arrives from ${sofar.from}, ${formatShape(shape)} from ${arrival.from}`;
          refuse('inputs', `joins inputs of the same shape, but ${shapes}`);
          return null;
        }
        if (sizeOf(joined) !== sizeOf(output)) sofar = arrival;
        output = joined;
      }
      return { output };
    },
    sequence: (_, axis) => eachAlone(axis),
    forward: (_, _args, { inputs }) => inputs.reduce((a, b) => layer.apply(a, b)),
    flops: (_, _input, output) => sizeOf(output),
    shown: () => ({}),
  });
}
