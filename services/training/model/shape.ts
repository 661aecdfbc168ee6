// Shapes in the user's terms. They omit the batch dimension, but dims are counted as in torch, with the batch as dimension 0.

import { formatShape, type Shape, sizeOf } from '#engine/shape.ts';

export { formatShape, type Shape, sizeOf };

/** torch's dim as an axis of the batch (0 is the batch), for a sample of this shape; null if out of range. */
export function axisOf(dim: number, sample: Shape): number | null {
  const rank = sample.length + 1;
  const axis = dim < 0 ? dim + rank : dim;
  return axis >= 0 && axis < rank ? axis : null;
}

export function outOfRange(dim: number, sample: Shape): string {
  const rank = sample.length + 1;
  const batched = ['batch', ...sample].join(', ');
  return `${dim} given, but [${batched}] has dims ${-rank} to ${rank - 1}`;
}
