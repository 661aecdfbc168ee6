// Contractions (matrix products, convolutions): tiles of results held in registers while k runs, the epilogue on the
// registers, then stored. Every result is summed over k in ascending order, whatever the tile it falls in.

import { coefficient } from '../../../affine.ts';
import type { ContractKernel } from '../../../lower/kernel.ts';
import type { FunctionBuilder } from '../assembler.ts';
import { loadLanes, type Surroundings, storeLanes, VectorCode } from '../vector.ts';
import { type Reference, referencesOf, Walk } from '../walk.ts';
import { emitPanel } from './panel.ts';
import { tilingOf } from './tiling.ts';

/** A walk moved by constants, for one row of a tile or one step of k. */
type Move = (walk: Walk) => Walk;

/** Every combination of the trailing axes, in order, as moves. */
function wholeMoves(sizes: readonly number[], first: number, count: number): Move[] {
  let moves: Move[] = [(walk) => walk];
  for (let i = sizes.length - count; i < sizes.length; i++) {
    const v = first + i;
    moves = moves.flatMap((move) =>
      Array.from({ length: sizes[i]! }, (_, at) => (walk: Walk) => move(walk).shifted(v, at)),
    );
  }
  return moves;
}

/** @param panel byte address of the panel, used only if the tiling packs */
export function emitContract(
  f: FunctionBuilder,
  kernel: ContractKernel,
  slots: ReadonlyMap<number, number>,
  around: Surroundings,
  panel: number,
): void {
  const { batch, m, n, k, a, b, store } = kernel;
  const tiling = tilingOf(kernel);
  const firstM = batch.length;
  const firstN = firstM + m.length;
  const lane = firstN + n.length - 1;
  const firstK = lane + 1;
  const width = n.at(-1)!;
  const storeStep = coefficient(store.address, lane);
  const references: Reference[] = referencesOf([store.value]);
  for (const { buffer, address } of [a, b, store])
    references.push({ kind: 'address', buffer, affine: address });
  /** All bits set once the partial sums in memory count. */
  const counts = tiling.splitK > 0 ? f.local('i32') : null;

  /** Multiplies and adds, for the steps of k that `moves` lead to. */
  const multiply = (
    walk: Walk,
    panelAt: number | null,
    moves: readonly Move[],
    rows: readonly Move[],
    acc: number[][],
  ) => {
    const columns = acc[0]!.map(() => f.local('v128'));
    const left = f.local('v128');
    for (const [u, move] of moves.entries()) {
      const at = move(walk);
      for (const [i, column] of columns.entries()) {
        if (panelAt !== null) f.get(panelAt).memory('v128_load', (u * tiling.columns + i * 4) * 4);
        else if (width === 1) f.memory('v128_load32_splat', at.address(b.buffer, b.address));
        else f.memory('v128_load', at.shifted(lane, i * 4).address(b.buffer, b.address));
        f.set(column);
      }
      for (const [r, row] of rows.entries()) {
        f.memory('v128_load32_splat', row(at).address(a.buffer, a.address)).set(left);
        for (const [i, column] of columns.entries()) {
          f.get(left).get(column).get(acc[r]![i]!).op('f32x4_relaxed_madd').set(acc[r]![i]!);
        }
      }
    }
    for (const local of [...columns, left]) f.release(local);
    if (panelAt !== null)
      f.get(panelAt)
        .i32(moves.length * tiling.columns * 4)
        .op('i32_add')
        .set(panelAt);
  };

  /** Runs k, from axis `i` of it inwards. */
  const depth = (
    walk: Walk,
    i: number,
    panelAt: number | null,
    rows: readonly Move[],
    acc: number[][],
  ): void => {
    const v = firstK + i;
    if (i === k.length - tiling.wholeK)
      multiply(walk, panelAt, wholeMoves(k, firstK, tiling.wholeK), rows, acc);
    else if (i < k.length - 1) walk.over(v, k[i]!, 1, (deeper) => depth(deeper, i + 1, panelAt, rows, acc));
    else {
      const { unroll } = tiling;
      const steps = (count: number): Move[] =>
        Array.from({ length: count }, (_, u) => (at) => at.shifted(v, u));
      const full = Math.floor(k[i]! / unroll);
      walk.over(v, full, unroll, (deeper) => multiply(deeper, panelAt, steps(unroll), rows, acc));
      const rest = k[i]! % unroll;
      if (rest > 0) multiply(walk.shifted(v, full * unroll), panelAt, steps(rest), rows, acc);
    }
  };

  const tile = (walk: Walk, rows: readonly Move[], columns: number) => {
    const acc = rows.map(() => Array.from({ length: Math.ceil(columns / 4) }, () => f.local('v128')));
    const results = acc.flatMap((row, r) =>
      row.map((local, i) => ({
        local,
        at: rows[r]!(walk).shifted(lane, i * 4),
        lanes: Math.min(4, columns - i * 4),
      })),
    );
    for (const { local, at, lanes } of results) {
      if (counts === null) f.f32x4(0);
      else {
        loadLanes(f, at.address(store.buffer, store.address), storeStep, lanes);
        f.get(counts).op('i32x4_splat').op('v128_and');
      }
      f.set(local);
    }
    const panelAt = tiling.pack === 'none' ? null : f.local('i32');
    if (panelAt !== null) f.i32(panel).set(panelAt);
    depth(walk, tiling.splitK, panelAt, rows, acc);
    if (panelAt !== null) f.release(panelAt);
    for (const { local, at, lanes } of results) {
      const code = new VectorCode(f, around, at, lane, lanes, [store.value], local);
      const offset = at.address(store.buffer, store.address);
      code.put(store.value);
      storeLanes(f, lanes, offset, storeStep);
      code.done();
    }
    for (const { local } of results) f.release(local);
  };

  /** All rows of one panel of columns, from axis `i` of m inwards. */
  const rowsOf = (walk: Walk, i: number, columns: number): void => {
    const v = firstM + i;
    if (i === m.length - tiling.wholeM) tile(walk, wholeMoves(m, firstM, tiling.wholeM), columns);
    else if (i < m.length - 1) walk.over(v, m[i]!, 1, (deeper) => rowsOf(deeper, i + 1, columns));
    else {
      const rows = (count: number): Move[] =>
        Array.from({ length: count }, (_, r) => (at) => at.shifted(v, r));
      const full = Math.floor(m[i]! / tiling.rows);
      walk.over(v, full, tiling.rows, (deeper) => tile(deeper, rows(tiling.rows), columns));
      const rest = m[i]! % tiling.rows;
      if (rest > 0) tile(walk.shifted(v, full * tiling.rows), rows(rest), columns);
    }
  };

  const panelOf = (walk: Walk, columns: number) => {
    if (tiling.pack !== 'none') emitPanel(f, kernel, tiling, walk, columns, panel);
    rowsOf(walk, 0, columns);
  };

  const columnsOf = (walk: Walk, i: number): void => {
    const v = firstN + i;
    if (v < lane) walk.over(v, n[i]!, 1, (deeper) => columnsOf(deeper, i + 1));
    else {
      const full = Math.floor(width / tiling.columns);
      walk.over(v, full, tiling.columns, (deeper) => panelOf(deeper, tiling.columns));
      const rest = width % tiling.columns;
      if (rest > 0) panelOf(walk.shifted(v, full * tiling.columns), rest);
    }
  };

  const split = (walk: Walk, i: number): void => {
    if (i < tiling.splitK) walk.over(firstK + i, k[i]!, 1, (deeper) => split(deeper, i + 1));
    else {
      columnsOf(walk, 0);
      if (counts !== null) f.i32(-1).set(counts);
    }
  };

  const each = (walk: Walk, i: number): void => {
    if (i < batch.length) walk.over(i, batch[i]!, 1, (deeper) => each(deeper, i + 1));
    else {
      if (counts !== null) f.i32(0).set(counts);
      split(walk, 0);
    }
  };
  each(Walk.start(f, references, slots), 0);
  if (counts !== null) f.release(counts);
}
