// Tensors without inputs: constants, indices and random numbers.

import type { DType } from '../expression.ts';
import { ops } from '../ops/index.ts';
import type { ConstantAttrs, IotaAttrs, UniformAttrs } from '../ops/leaves.ts';
import type { Shape } from '../shape.ts';
import type { Graph, Tensor } from '../tensor.ts';

export function constant(graph: Graph, value: number, shape: Shape = [], dtype: DType = 'f32'): Tensor {
  return graph.add(ops.constant, [], { shape, dtype, value } satisfies ConstantAttrs);
}

/** The index along `axis`, as i32. */
export function iota(graph: Graph, shape: Shape, axis: number): Tensor {
  return graph.add(ops.iota, [], { shape, axis } satisfies IotaAttrs);
}

/** Uniform in [0, 1), a new draw for every step; `stream` distinguishes uses. */
export function uniform(graph: Graph, shape: Shape, stream: number): Tensor {
  return graph.add(ops.uniform, [], { shape, stream } satisfies UniformAttrs);
}

export function constantLike(t: Tensor, value: number): Tensor {
  return constant(t.graph, value, t.shape, t.dtype);
}

/** The lowest float. Stands for −∞ in masks and padding, because WGSL does not guarantee infinities. */
export const LOWEST = -(2 - 2 ** -23) * 2 ** 127;
