// Scatter kernels: add rows at their row numbers, in order, so the result is deterministic to the bit.

import { constant } from '../../../expression.ts';
import type { ScatterKernel } from '../../../lower/kernel.ts';
import type { FunctionBuilder } from '../assembler/function-builder.ts';
import { storeLanes } from '../lanes.ts';
import type { Share } from '../threads/share.ts';
import { vectorStep } from '../threads/split.ts';
import { type Surroundings, VectorCode } from '../vector.ts';
import { type Reference, referencesOf, Walk } from '../walk.ts';
import { emitMap } from './map.ts';

export function emitScatter(
  f: FunctionBuilder,
  kernel: ScatterKernel,
  slots: ReadonlyMap<number, number>,
  around: Surroundings,
  share: Share,
): void {
  const { rows, width, count, index, values, store } = kernel;
  const zero = { buffer: store.buffer, address: store.address, value: constant(0) };
  emitMap(f, { form: 'map', sizes: [rows, width], stores: [zero] }, slots, around, share);

  // The row number, not a loop variable, selects the row, so this address covers only the position within it.
  const inRow = { coefficients: [0, store.address.coefficients[1] ?? 0], offset: store.address.offset };
  const references: Reference[] = referencesOf([values]);
  references.push({ kind: 'address', buffer: store.buffer, affine: inRow });
  references.push({ kind: 'address', buffer: index.buffer, affine: index.address });
  const row = f.local('i32');
  const address = f.local('i32');

  const part = (walk: Walk, lanes: number) => {
    const code = new VectorCode(f, around, walk, 1, lanes, [values]);
    const offset = walk.address(store.buffer, inRow);
    f.get(row).op('i32_add').tee(address);
    f.get(address).memory('v128_load', offset);
    code.put(values);
    f.op('f32x4_add');
    storeLanes(f, lanes, offset);
    code.done();
  };

  Walk.start(f, references, slots).over(0, count, 1, (walk) => {
    const offset = walk.address(index.buffer, index.address);
    f.i32Load(offset)
      .i32(width * 4)
      .op('i32_mul')
      .set(row);
    share.over(walk, 1, width, vectorStep(around.wide), (deeper, places) => {
      for (let at = 0; at < places; at += 4) part(deeper.shifted(1, at), Math.min(4, places - at));
    });
  });
  f.release(row);
  f.release(address);
}
