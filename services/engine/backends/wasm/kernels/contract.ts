// Contraction kernels (matrix products, convolutions): tiles of results stay in registers over the whole k loop, the epilogue is applied in
// registers, then the tile is stored. Every result is summed over k in ascending order, whichever tile it is in.

import { coefficient } from '../../../affine.ts';
import type { ContractKernel } from '../../../lower/kernel.ts';
import { FunctionBuilder } from '../assembler/function-builder.ts';
import { loadLanes, storeLanes } from '../lanes.ts';
import type { Share } from '../threads/share.ts';
import type { Surroundings } from '../vector.ts';
import { type Reference, referencesOf, Walk } from '../walk.ts';
import { emitCopy, emitPanel, type Panels } from './panel.ts';
import { emitTile, type Move, vectorsOf, wholeMoves } from './tile.ts';
import { tilingOf } from './tiling.ts';

/** @param panels addresses of thread 0's copies of a and b; used only if the tiling packs */
export function emitContract(
  f: FunctionBuilder,
  kernel: ContractKernel,
  slots: ReadonlyMap<number, number>,
  around: Surroundings,
  panels: Panels,
  share: Share,
): void {
  const { batch, m, n, k, a, b, store } = kernel;
  const tiling = tilingOf(kernel, around.wide);
  const firstM = batch.length;
  const firstN = firstM + m.length;
  const lane = firstN + n.length - 1;
  const firstK = lane + 1;
  const width = n.at(-1)!;
  const references: Reference[] = referencesOf([store.value]);
  for (const { buffer, address } of [a, b, store])
    references.push({ kind: 'address', buffer, affine: address });
  /** A mask: all ones once memory holds partial sums to accumulate onto, zero before. */
  const counts = tiling.splitK > 0 ? f.local('i32') : null;

  /** Address in the copy of a from which the next tile reads. */
  const copied = tiling.packA ? f.local('i32') : null;
  /** Address of the panel of b that the tiles read. */
  const panel = tiling.pack === 'none' ? null : f.local('i32');
  /** Parameters of the tile functions besides their walk's locals. */
  const extra = [copied, panel, counts].filter((local) => local !== null);

  const storeStep = coefficient(store.address, lane);
  /** Copies a tile's results between the output and the scratch memory at `aside`. */
  const exchange = (way: 'in' | 'out', walk: Walk, rows: readonly Move[], columns: number, aside: number) => {
    const vectors = vectorsOf(tiling, columns);
    for (const [r, row] of rows.entries()) {
      for (let i = 0; i * 4 < columns; i++) {
        const lanes = Math.min(4, columns - i * 4);
        const memory = (r * vectors + i) * 16;
        if (way === 'in') share.address(f, aside);
        const offset = row(walk)
          .shifted(lane, i * 4)
          .address(store.buffer, store.address);
        if (way === 'in') {
          loadLanes(f, offset, storeStep, lanes);
          f.get(counts!).op('i32x4_splat').op('v128_and').memory('v128_store', memory);
        } else {
          share.address(f, aside);
          f.memory('v128_load', memory);
          storeLanes(f, lanes, offset, storeStep);
        }
      }
    }
  };

  /** One function per tile shape, containing nothing but loads, multiply-adds and stores, so that V8 can widen it. */
  const tiles = new Map<string, number>();
  const tile = (walk: Walk, rows: readonly Move[], columns: number) => {
    // Stores that are not contiguous whole registers would prevent V8 from widening the tile, so they go through scratch memory.
    const setAside =
      tiling.register > 4 && (counts !== null || storeStep !== 1 || columns % tiling.register !== 0);
    const aside = setAside ? panels.aside : null;
    const form = `${rows.length} × ${columns}`;
    let index = tiles.get(form);
    if (index === undefined) {
      const callee = new FunctionBuilder(walk.size + extra.length);
      const parameter = (local: number | null) => (local === null ? null : walk.size + extra.indexOf(local));
      emitTile(callee, kernel, tiling, around, {
        walk: walk.continued(callee),
        rows,
        columns,
        panel: parameter(panel),
        copied: parameter(copied),
        aside,
        masked: parameter(counts),
        share,
      });
      index = around.define(callee);
      tiles.set(form, index);
    }
    if (aside !== null && counts !== null) exchange('in', walk, rows, columns, aside);
    walk.pass();
    for (const local of extra) f.get(local);
    f.call(index);
    if (aside !== null) exchange('out', walk, rows, columns, aside);
    if (copied !== null)
      f.get(copied)
        .i32(rows.length * k[0]! * 4)
        .op('i32_add')
        .set(copied);
  };

  /** All rows of one panel of columns, looping over the axes of m from `i` inwards. */
  const rowsOf = (walk: Walk, i: number, columns: number): void => {
    const v = firstM + i;
    if (i === m.length - tiling.wholeM) tile(walk, wholeMoves(m, firstM, tiling.wholeM), columns);
    else if (i < m.length - 1) share.over(walk, v, m[i]!, 1, (deeper) => rowsOf(deeper, i + 1, columns));
    else {
      const rows = (count: number): Move[] =>
        Array.from({ length: count }, (_, r) => (at) => at.shifted(v, r));
      share.over(walk, v, m[i]!, tiling.rows, (deeper, count) => tile(deeper, rows(count), columns));
    }
  };

  const tilesOf = (walk: Walk, columns: number) => {
    if (copied !== null) {
      share.address(f, panels.a);
      f.set(copied);
    }
    rowsOf(walk, 0, columns);
  };

  const panelsOf = (walk: Walk, columns: number) => {
    if (panel === null) {
      tilesOf(walk, columns);
      return;
    }
    emitPanel(f, kernel, tiling, share, walk, columns, panels.b);
    share.address(f, panels.b);
    f.set(panel);
    const whole = Math.floor(columns / tiling.columns);
    const rest = columns % tiling.columns;
    walk.over(lane, whole, tiling.columns, (deeper) => {
      tilesOf(deeper, tiling.columns);
      f.get(panel).i32(tiling.panelBytes).op('i32_add').set(panel);
    });
    if (rest > 0) tilesOf(walk.shifted(lane, whole * tiling.columns), rest);
  };

  const columnsOf = (walk: Walk, i: number): void => {
    const v = firstN + i;
    if (v < lane) share.over(walk, v, n[i]!, 1, (deeper) => columnsOf(deeper, i + 1));
    else share.over(walk, v, width, tiling.columns * tiling.together, panelsOf);
  };

  const split = (walk: Walk, i: number): void => {
    if (i < tiling.splitK) walk.over(firstK + i, k[i]!, 1, (deeper) => split(deeper, i + 1));
    else {
      columnsOf(walk, 0);
      if (counts !== null) f.i32(-1).set(counts);
    }
  };

  const each = (walk: Walk, i: number): void => {
    if (i < batch.length) share.over(walk, i, batch[i]!, 1, (deeper) => each(deeper, i + 1));
    else {
      if (counts !== null) f.i32(0).set(counts);
      if (tiling.packA) emitCopy(f, kernel, tiling, share, walk, panels.a);
      split(walk, 0);
    }
  };
  each(Walk.start(f, references, slots), 0);
  for (const local of extra) f.release(local);
}
