// Activations: one function on every number, the shape stays.

import type { Tensor } from '#engine/tensor.ts';
import type { ArgsShape } from '../component.ts';
import { sizeOf } from '../shape.ts';
import { defineLayer, type Layer } from './layer.ts';

export function elementwise<S extends ArgsShape>(activation: {
  type: string;
  help: string;
  args: S;
  apply: (x: Tensor) => Tensor;
  shown?: Layer['shown'];
}): Layer {
  const { type, help, args, apply } = activation;
  return defineLayer<S>({
    type,
    help,
    args,
    infer: (_, { shape }) => ({ output: shape }),
    forward: (x) => apply(x),
    flops: (_, input) => sizeOf(input),
    shown: (given) => activation.shown?.(given as Record<string, unknown>) ?? {},
  });
}
