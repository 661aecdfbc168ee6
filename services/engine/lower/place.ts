// A place: where a tensor is stored.

import { linear } from '../affine.ts';
import type { Affine, Expression } from '../expression.ts';
import { type Shape, stridesOf } from '../shape.ts';
import type { Tensor } from '../tensor.ts';

/** The element at `index` lies at offset + Σ strides[axis] · index[axis] of the buffer. */
export interface Place {
  readonly buffer: number;
  readonly offset: number;
  readonly strides: readonly number[];
}

export function wholePlace(buffer: number, shape: Shape): Place {
  return { buffer, offset: 0, strides: stridesOf(shape) };
}

export function isContiguous(place: Place, shape: Shape): boolean {
  return stridesOf(shape).every((stride, axis) => shape[axis] === 1 || stride === place.strides[axis]);
}

export function samePlace(a: Place, b: Place): boolean {
  return (
    a.buffer === b.buffer &&
    a.offset === b.offset &&
    a.strides.every((stride, axis) => stride === b.strides[axis])
  );
}

export function load(place: Place, t: Tensor, index: readonly Affine[]): Expression & { kind: 'load' } {
  const address = linear(index, place.strides, place.offset);
  return { kind: 'load', dtype: t.dtype, buffer: place.buffer, address, row: null, rowStride: 0 };
}
