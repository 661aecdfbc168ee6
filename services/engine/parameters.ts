// Parameters live in one flat vector, theta, so that an optimizer is one kernel and a checkpoint is one copy. A
// parameter tensor is a view of it.

import { reshape, slice } from './functions.ts';
import { type Shape, sizeOf } from './shape.ts';
import type { Tensor } from './tensor.ts';

export interface ParameterSlot {
  readonly key: string;
  readonly shape: Shape;
  /** Index of its first element in theta. */
  readonly offset: number;
}

export interface ParameterLayout {
  readonly slots: readonly ParameterSlot[];
  /** Length of theta. */
  readonly size: number;
}

/** Parameters start at multiples of 16 floats (64 bytes), so that no vector load straddles two of them. */
const ALIGNMENT = 16;

export function layoutParameters(
  parameters: readonly { readonly key: string; readonly shape: Shape }[],
): ParameterLayout {
  let size = 0;
  const slots = parameters.map(({ key, shape }) => {
    const slot = { key, shape, offset: size };
    size += Math.ceil(sizeOf(shape) / ALIGNMENT) * ALIGNMENT;
    return slot;
  });
  return { slots, size };
}

export function parameterView(theta: Tensor, { shape, offset }: ParameterSlot): Tensor {
  return reshape(slice(theta, [offset], [offset + sizeOf(shape)]), shape);
}
