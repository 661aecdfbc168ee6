// Shapes and strides. A shape lists sizes, outermost first; [] is a scalar. Strides count elements, not bytes.

export type Shape = readonly number[];

export function sizeOf(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Row-major strides: the last axis is contiguous. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  return strides;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

/** The shape without its axes of size 1. */
export function squeezed(shape: Shape): Shape {
  return shape.filter((size) => size !== 1);
}

export function formatShape(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}

/** The shape that both broadcast to by numpy's rule (aligned at the end, 1 stretches), or null if there is none. */
export function broadcastShapes(a: Shape, b: Shape): number[] | null {
  const rank = Math.max(a.length, b.length);
  const out = new Array<number>(rank);
  for (let axis = 0; axis < rank; axis++) {
    const sizeA = a[axis - rank + a.length] ?? 1;
    const sizeB = b[axis - rank + b.length] ?? 1;
    if (sizeA !== sizeB && sizeA !== 1 && sizeB !== 1) return null;
    out[axis] = sizeA === 1 ? sizeB : sizeA;
  }
  return out;
}

/** The index of the `linear`-th element in row-major order. */
export function unravel(linear: number, shape: Shape): number[] {
  const index = new Array<number>(shape.length);
  let rest = linear;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis]!;
    index[axis] = rest % size;
    rest = Math.floor(rest / size);
  }
  return index;
}

export function ravel(index: readonly number[], shape: Shape): number {
  return index.reduce((linear, i, axis) => linear * shape[axis]! + i, 0);
}

/** Whether two shapes are equal apart from axes of size 1: [28, 28] and [1, 28, 28] hold the same numbers in the same order. */
export function sameButOnes(a: Shape, b: Shape): boolean {
  const others = (shape: Shape) => shape.filter((size) => size !== 1);
  return sameShape(others(a), others(b));
}
