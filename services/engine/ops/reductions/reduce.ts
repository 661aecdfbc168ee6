// What all reductions share.

import type { Shape } from '../../shape.ts';
import type { Case } from '../op.ts';

export interface ReduceAttrs {
  readonly axes: readonly number[];
}

export function reducedShape(shape: Shape, axes: readonly number[]): number[] {
  return shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
}

export const REDUCE_CASES: readonly (Case & { readonly attrs: ReduceAttrs })[] = [
  { shapes: [[1]], attrs: { axes: [0] } },
  { shapes: [[7]], attrs: { axes: [0] } },
  { shapes: [[37]], attrs: { axes: [0] } },
  { shapes: [[3, 5]], attrs: { axes: [0] } },
  { shapes: [[3, 5]], attrs: { axes: [1] } },
  { shapes: [[5, 13]], attrs: { axes: [1] } },
  { shapes: [[3, 5]], attrs: { axes: [0, 1] } },
  { shapes: [[2, 3, 4]], attrs: { axes: [1] } },
  { shapes: [[2, 3, 9]], attrs: { axes: [0, 2] } },
];
