// One tile of a contraction as a function: rows × columns results stay in registers over the whole k loop, then the epilogue is applied and
// the tile is stored. V8 can fuse pairs of 128-bit vectors into 256-bit ones if a function consists only of loads, multiply-adds and, after
// all loads, stores in adjacent pairs, so this function contains nothing else.

import { coefficient } from '../../../affine.ts';
import type { ContractKernel } from '../../../lower/kernel.ts';
import type { FunctionBuilder } from '../assembler/function-builder.ts';
import { loadLanes, storeLanes } from '../lanes.ts';
import type { Share } from '../threads/share.ts';
import { type Surroundings, VectorCode } from '../vector.ts';
import type { Walk } from '../walk.ts';
import type { Tiling } from './tiling.ts';

/** Shifts a walk by constants, to one row of a tile or one step of k. */
export type Move = (walk: Walk) => Walk;

/** One move per combination of the trailing `count` axes, in row-major order. */
export function wholeMoves(sizes: readonly number[], first: number, count: number): Move[] {
  let moves: Move[] = [(walk) => walk];
  for (let i = sizes.length - count; i < sizes.length; i++) {
    const v = first + i;
    moves = moves.flatMap((move) =>
      Array.from({ length: sizes[i]! }, (_, at) => (walk: Walk) => move(walk).shifted(v, at)),
    );
  }
  return moves;
}

export interface TileForm {
  /** Positioned at the tile's first row and column. */
  readonly walk: Walk;
  readonly rows: readonly Move[];
  /** Results along the lanes, at most the tiling's columns. */
  readonly columns: number;
  /** Parameter with the address of the tile's panel; null if b is read in place. */
  readonly panel: number | null;
  /** Parameter with the address of the tile's copy of a; null if a is read in place. */
  readonly copied: number | null;
  /**
   * Byte address of thread 0's scratch memory for the tile's results, [rows][columns, rounded up to whole registers]; null if they are
   * stored directly.
   */
  readonly aside: number | null;
  /** Parameter with the mask that is all ones once memory holds partial sums to accumulate onto; null if k is not split. */
  readonly masked: number | null;
  readonly share: Share;
}

export function emitTile(
  f: FunctionBuilder,
  kernel: ContractKernel,
  tiling: Tiling,
  around: Surroundings,
  { walk: start, rows, columns: width, panel, copied, aside, masked, share }: TileForm,
): void {
  const { batch, m, n, k, a, b, store } = kernel;
  const lane = batch.length + m.length + n.length - 1;
  const firstK = lane + 1;
  const storeStep = coefficient(store.address, lane);
  const vectors = aside === null ? Math.ceil(width / 4) : vectorsOf(tiling, width);
  const acc = rows.map(() => Array.from({ length: vectors }, () => f.local('v128')));
  const results = acc.flatMap((row, r) =>
    row.map((local, i) => ({
      local,
      at: rows[r]!(start).shifted(lane, i * 4),
      // Registers are whole, so columns past the last are computed too, but not stored.
      lanes: Math.max(1, Math.min(4, width - i * 4)),
      memory: (r * vectors + i) * 16,
    })),
  );
  const panelAt = panel === null ? null : f.local('i32');

  /** Multiply-adds for the steps of k that `moves` lead to. */
  const multiply = (walk: Walk, moves: readonly Move[]) => {
    const columns = acc[0]!.map(() => f.local('v128'));
    const left = f.local('v128');
    for (const [u, move] of moves.entries()) {
      const at = move(walk);
      for (const [i, column] of columns.entries()) {
        if (panelAt !== null) f.get(panelAt).memory('v128_load', (u * tiling.columns + i * 4) * 4);
        else if (n.at(-1) === 1) f.memory('v128_load32_splat', at.address(b.buffer, b.address));
        else f.memory('v128_load', at.shifted(lane, i * 4).address(b.buffer, b.address));
        f.set(column);
      }
      for (const [r, row] of rows.entries()) {
        if (copied !== null)
          f.get(copied)
            .memory('v128_load32_splat', (u * rows.length + r) * 4)
            .set(left);
        else f.memory('v128_load32_splat', row(at).address(a.buffer, a.address)).set(left);
        for (const [i, column] of columns.entries()) {
          f.get(left).get(column).get(acc[r]![i]!).op('f32x4_relaxed_madd').set(acc[r]![i]!);
        }
      }
    }
    for (const local of [...columns, left]) f.release(local);
    if (copied !== null)
      f.get(copied)
        .i32(moves.length * rows.length * 4)
        .op('i32_add')
        .set(copied);
    if (panelAt !== null)
      f.get(panelAt)
        .i32(moves.length * tiling.columns * 4)
        .op('i32_add')
        .set(panelAt);
  };

  /** Loops over k, from its axis `i` inwards. */
  const depth = (walk: Walk, i: number): void => {
    const v = firstK + i;
    if (i === k.length - tiling.wholeK) multiply(walk, wholeMoves(k, firstK, tiling.wholeK));
    else if (i < k.length - 1) walk.over(v, k[i]!, 1, (deeper) => depth(deeper, i + 1));
    else {
      const { unroll } = tiling;
      const steps = (count: number): Move[] =>
        Array.from({ length: count }, (_, u) => (at) => at.shifted(v, u));
      const full = Math.floor(k[i]! / unroll);
      walk.over(v, full, unroll, (deeper) => multiply(deeper, steps(unroll)));
      const rest = k[i]! % unroll;
      if (rest > 0) multiply(walk.shifted(v, full * unroll), steps(rest));
    }
  };

  const to = aside === null ? null : f.local('i32');
  if (to !== null) {
    share.address(f, aside!);
    f.set(to);
  }
  for (const { local, at, lanes, memory } of results) {
    if (masked === null) f.f32x4(0);
    else if (to !== null) f.get(to).memory('v128_load', memory);
    else {
      loadLanes(f, at.address(store.buffer, store.address), storeStep, lanes);
      f.get(masked).op('i32x4_splat').op('v128_and');
    }
    f.set(local);
  }
  if (panelAt !== null) f.get(panel!).set(panelAt);
  depth(start, tiling.splitK);
  if (store.value.kind !== 'core') {
    for (const { local, at, lanes } of results) {
      const code = new VectorCode(f, around, at, lane, lanes, [store.value], local);
      code.put(store.value);
      f.set(local);
      code.done();
    }
  }
  if (to !== null) {
    for (const { local, memory } of results) f.get(to).get(local).memory('v128_store', memory);
    return;
  }
  for (const { local, at, lanes } of results) {
    const offset = at.address(store.buffer, store.address);
    f.get(local);
    storeLanes(f, lanes, offset, storeStep);
  }
}

/** Number of vectors in `width` columns rounded up to whole registers. */
export function vectorsOf({ register }: Tiling, width: number): number {
  return (Math.ceil(width / register) * register) / 4;
}
