// Rewrites a map that walks its elements in order to use the loops of another map that stores what it loads: element i of the first is
// wherever the second's loops store element i. For example, a gradient stored window by window and the ReLU after it, which walks the same
// memory linearly, can then be fused. Pure data to pure data.

import { coefficient } from '../affine.ts';
import type { Affine, Expression } from '../expression.ts';
import { sizeOf } from '../shape.ts';
import type { BufferTable } from './buffers.ts';
import { collapse } from './collapse.ts';
import { type MapKernel, visitExpression } from './kernel.ts';
import { rewrite } from './rewrite.ts';

/** @returns `second` over the loops of `first`, or null if it cannot be expressed that way */
export function reindexed(second: MapKernel, first: MapKernel, { all }: BufferTable): MapKernel | null {
  const count = sizeOf(first.sizes);
  if (sizeOf(second.sizes) !== count) return null;
  const flat = collapse(second) as MapKernel;
  if (flat.sizes.length !== 1) return null;
  const loaded = loadedInOrder(flat);
  const store = first.stores.find(({ buffer }) => loaded.has(buffer) && all[buffer]!.size === count);
  // Each element of the buffer is stored exactly once, so with offset 0 the address covers all of them.
  if (store === undefined || store.address.offset !== 0) return null;
  const { coefficients } = store.address;
  const move = (affine: Affine): Affine => {
    const step = coefficient(affine, 0);
    return { coefficients: coefficients.map((c) => c * step), offset: affine.offset };
  };
  const memo = new Map<Expression, Expression>();
  const stores = flat.stores.map(({ buffer, address, value }) => ({
    buffer,
    address: move(address),
    value: rewrite(value, move, memo),
  }));
  return { form: 'map', sizes: first.sizes, stores };
}

/** The buffers whose element i is loaded by iteration i. */
function loadedInOrder({ stores }: MapKernel): ReadonlySet<number> {
  const buffers = new Set<number>();
  const seen = new Set<Expression>();
  for (const { value } of stores) {
    visitExpression(
      value,
      (node) => {
        if (node.kind !== 'load' || node.row !== null) return;
        if (coefficient(node.address, 0) === 1 && node.address.offset === 0) buffers.add(node.buffer);
      },
      seen,
    );
  }
  return buffers;
}
