// The memory traffic of a kernel that touches every element it needs once: the other half of the roofline.

import type { Affine } from '#engine/expression.ts';
import { type Kernel, rootsOf, storesOf, visitExpression } from '#engine/lower/kernel.ts';

/** @param sizes elements of each buffer */
export function kernelBytes(kernel: Kernel, sizes: readonly number[]): number {
  const loops = loopsOf(kernel);
  const read = new Map<number, number>();
  const written = new Map<number, number>();
  /** Counts the combinations of the loops that the address, or the row number, depends on, up to the size of the buffer. */
  const touch = (into: Map<number, number>, buffer: number, ...addresses: Affine[]) => {
    const depends = (v: number) => addresses.some(({ coefficients }) => (coefficients[v] ?? 0) !== 0);
    const elements = loops.reduce((product, size, v) => (depends(v) ? product * size : product), 1);
    into.set(buffer, Math.max(into.get(buffer) ?? 0, Math.min(elements, sizes[buffer]!)));
  };
  for (const root of rootsOf(kernel)) {
    visitExpression(root, (node) => {
      if (node.kind !== 'load') return;
      touch(read, node.buffer, node.address, ...(node.row?.kind === 'load' ? [node.row.address] : []));
    });
  }
  if (kernel.form === 'contract')
    for (const { buffer, address } of [kernel.a, kernel.b]) touch(read, buffer, address);
  if (kernel.form === 'scatter') touch(read, kernel.index.buffer, kernel.index.address);
  for (const { buffer, address } of storesOf(kernel)) touch(written, buffer, address);
  const elements = [...read.values(), ...written.values()].reduce((sum, count) => sum + count, 0);
  return 4 * elements;
}

function loopsOf(kernel: Kernel): readonly number[] {
  switch (kernel.form) {
    case 'map':
      return kernel.sizes;
    case 'reduce':
      return [...kernel.sizes, ...kernel.reduced];
    case 'contract':
      return [...kernel.batch, ...kernel.m, ...kernel.n, ...kernel.k];
    case 'scatter':
      return [kernel.count, kernel.width];
  }
}
