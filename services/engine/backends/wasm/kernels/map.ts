// Map kernels: compute every store's value at every index, four or eight elements along the innermost loop at a time.

import { affineKey, coefficient } from '../../../affine.ts';
import type { Affine } from '../../../expression.ts';
import type { MapKernel, Store } from '../../../lower/kernel.ts';
import type { FunctionBuilder } from '../assembler/function-builder.ts';
import { storeInterleaved, storeLanes } from '../lanes.ts';
import type { Share } from '../threads/share.ts';
import { vectorStep } from '../threads/split.ts';
import { type Surroundings, VectorCode } from '../vector.ts';
import { type Reference, referencesOf, Walk } from '../walk.ts';

export function emitMap(
  f: FunctionBuilder,
  kernel: MapKernel,
  slots: ReadonlyMap<number, number>,
  around: Surroundings,
  share: Share,
): void {
  const { sizes, stores } = kernel;
  const values = stores.map((store) => store.value);
  const references: Reference[] = referencesOf(values);
  for (const { buffer, address } of stores) references.push({ kind: 'address', buffer, affine: address });
  const inner = sizes.length === 0 ? null : sizes.length - 1;

  const step = (address: Affine) => (inner === null ? 1 : coefficient(address, inner));

  /** Computes adjacent vectors, then stores them: if a store is in place, every load must precede the first store. */
  const body = (walks: readonly Walk[], lanes: number) => {
    const computed = walks.map((walk) => {
      const code = new VectorCode(f, around, walk, inner, lanes, values);
      const locals = values.map((value) => {
        code.put(value);
        const local = f.local('v128');
        f.set(local);
        return local;
      });
      code.done();
      return { walk, locals };
    });
    for (let i = 0; i < stores.length; i++) {
      const { buffer, address } = stores[i]!;
      const paired = inner !== null && isNext(stores[i]!, stores[i + 1], inner);
      for (const { walk, locals } of computed) {
        if (paired)
          storeInterleaved(f, lanes, () => walk.address(buffer, address), locals[i]!, locals[i + 1]!);
        else {
          const offset = walk.address(buffer, address);
          f.get(locals[i]!);
          storeLanes(f, lanes, offset, step(address));
        }
      }
      if (paired) i++;
    }
    for (const { locals } of computed) for (const local of locals) f.release(local);
  };

  const nest = (walk: Walk, v: number): void => {
    if (inner === null) body([walk], 1);
    else if (v < inner) share.over(walk, v, sizes[v]!, 1, (deeper) => nest(deeper, v + 1));
    else {
      // Two vectors per iteration if V8 can compute them as one.
      const step = vectorStep(around.wide);
      share.over(walk, v, sizes[v]!, step, (deeper, count) => {
        if (count === step)
          body(
            Array.from({ length: step / 4 }, (_, i) => deeper.shifted(v, i * 4)),
            4,
          );
        else for (let at = 0; at < count; at += 4) body([deeper.shifted(v, at)], Math.min(4, count - at));
      });
    }
  };
  nest(Walk.start(f, references, slots), 0);
}

/** Whether two stores fill the even and the odd elements of the same range. */
function isNext(store: Store, next: Store | undefined, inner: number): boolean {
  if (next === undefined || next.buffer !== store.buffer || coefficient(store.address, inner) !== 2)
    return false;
  const { coefficients, offset } = store.address;
  return affineKey(next.address) === affineKey({ coefficients, offset: offset + 1 });
}
