// Map kernels: every store's value at every index, four along the innermost loop at a time.

import { coefficient } from '../../../affine.ts';
import type { MapKernel } from '../../../lower/kernel.ts';
import type { FunctionBuilder } from '../assembler.ts';
import { type Surroundings, storeLanes, VectorCode } from '../vector.ts';
import { type Reference, referencesOf, Walk } from '../walk.ts';

export function emitMap(
  f: FunctionBuilder,
  kernel: MapKernel,
  slots: ReadonlyMap<number, number>,
  around: Surroundings,
): void {
  const { sizes, stores } = kernel;
  const values = stores.map((store) => store.value);
  const references: Reference[] = referencesOf(values);
  for (const { buffer, address } of stores) references.push({ kind: 'address', buffer, affine: address });
  const inner = sizes.length === 0 ? null : sizes.length - 1;

  const body = (walk: Walk, lanes: number) => {
    const code = new VectorCode(f, around, walk, inner, lanes, values);
    if (stores.length === 1) {
      const [{ buffer, address, value }] = stores as [MapKernel['stores'][0]];
      const offset = walk.address(buffer, address);
      code.put(value);
      storeLanes(f, lanes, offset, inner === null ? 1 : coefficient(address, inner));
    } else {
      // In place: every load comes before the first store.
      const locals = values.map((value) => {
        code.put(value);
        const local = f.local('v128');
        f.set(local);
        return local;
      });
      for (const [i, { buffer, address }] of stores.entries()) {
        const offset = walk.address(buffer, address);
        f.get(locals[i]!);
        storeLanes(f, lanes, offset, inner === null ? 1 : coefficient(address, inner));
        f.release(locals[i]!);
      }
    }
    code.done();
  };

  const nest = (walk: Walk, v: number): void => {
    if (inner === null) body(walk, 1);
    else if (v < inner) walk.over(v, sizes[v]!, 1, (deeper) => nest(deeper, v + 1));
    else {
      const full = Math.floor(sizes[v]! / 4);
      walk.over(v, full, 4, (deeper) => body(deeper, 4));
      if (sizes[v]! % 4 !== 0) body(walk.shifted(v, full * 4), sizes[v]! % 4);
    }
  };
  nest(Walk.start(f, references, slots), 0);
}
