// Contractions: tiles of rows × columns held in registers while k runs, the epilogue on the registers, then stored.
// Columns lie along the lanes. Where they do not lie side by side in memory, a panel of 8 columns is first copied to
// where they do. Every element is summed over k in ascending order, whatever the tile it falls in.

import { coefficient } from '../../../lower/affine.ts';
import type { ContractKernel } from '../../../lower/kernel.ts';
import type { FunctionBuilder } from '../assembler.ts';
import { type Surroundings, storeLanes, VectorCode } from '../vector.ts';
import { type Reference, referencesOf, Walk } from '../walk.ts';

/** Columns of a panel: two vectors. */
const COLUMNS = 8;
/** Steps of k in one loop iteration. */
const UNROLL = 4;

export interface ContractTiling {
  /** Rows of a full tile; with two vectors of columns, 2 rows + 3 registers are in use. */
  readonly rows: number;
  /** Must columns be copied to lie side by side? */
  readonly packs: boolean;
  /** Bytes of the panel. */
  readonly panelBytes: number;
}

export function tilingOf(kernel: ContractKernel): ContractTiling {
  const [m, n] = kernel.sizes.slice(-2) as [number, number];
  const most = n <= 4 ? 8 : 6;
  const rows = Math.ceil(m / Math.ceil(m / most));
  const packs = n > 1 && coefficient(kernel.b.address, kernel.sizes.length - 1) !== 1;
  return { rows, packs, panelBytes: packs ? Math.ceil(kernel.depth / 4) * 4 * COLUMNS * 4 : 0 };
}

/** @param panel byte address of the panel, used only if the tiling packs */
export function emitContract(
  f: FunctionBuilder,
  kernel: ContractKernel,
  slots: ReadonlyMap<number, number>,
  around: Surroundings,
  panel: number,
): void {
  const { sizes, depth, a, b, store } = kernel;
  const rank = sizes.length;
  const [M, N, K] = [rank - 2, rank - 1, rank];
  const [m, n] = [sizes[M]!, sizes[N]!];
  const tiling = tilingOf(kernel);
  const references: Reference[] = referencesOf([store.value]);
  for (const { buffer, address } of [a, b, store])
    references.push({ kind: 'address', buffer, affine: address });

  /** Multiplies and adds for `count` steps of k at displacement 0, 1, … */
  const steps = (
    walk: Walk,
    panelAt: number | null,
    acc: number[][],
    rows: number,
    vectors: number,
    count: number,
  ) => {
    const columns = Array.from({ length: vectors }, () => f.local('v128'));
    const left = f.local('v128');
    for (let u = 0; u < count; u++) {
      const at = walk.shifted(K, u);
      for (const [i, column] of columns.entries()) {
        if (panelAt !== null) f.get(panelAt).memory('v128_load', u * COLUMNS * 4 + i * 16);
        else if (n === 1) f.memory('v128_load32_splat', at.address(b.buffer, b.address));
        else f.memory('v128_load', at.shifted(N, i * 4).address(b.buffer, b.address));
        f.set(column);
      }
      for (let row = 0; row < rows; row++) {
        f.memory('v128_load32_splat', at.shifted(M, row).address(a.buffer, a.address)).set(left);
        for (const [i, column] of columns.entries()) {
          f.get(left).get(column).get(acc[row]![i]!).op('f32x4_relaxed_madd').set(acc[row]![i]!);
        }
      }
    }
    for (const local of [...columns, left]) f.release(local);
  };

  const tile = (walk: Walk, rows: number, columns: number) => {
    const vectors = Math.ceil(columns / 4);
    const acc = Array.from({ length: rows }, () => Array.from({ length: vectors }, () => f.local('v128')));
    for (const local of acc.flat()) f.f32x4(0).set(local);
    const panelAt = tiling.packs ? f.local('i32') : null;
    if (panelAt !== null) f.i32(panel).set(panelAt);
    const full = Math.floor(depth / UNROLL);
    walk.over(K, full, UNROLL, (deeper) => {
      steps(deeper, panelAt, acc, rows, vectors, UNROLL);
      if (panelAt !== null)
        f.get(panelAt)
          .i32(UNROLL * COLUMNS * 4)
          .op('i32_add')
          .set(panelAt);
    });
    steps(walk.shifted(K, full * UNROLL), panelAt, acc, rows, vectors, depth % UNROLL);
    if (panelAt !== null) f.release(panelAt);
    for (let row = 0; row < rows; row++) {
      for (let i = 0; i < vectors; i++) {
        const at = walk.shifted(M, row).shifted(N, i * 4);
        const code = new VectorCode(f, around, at, N, [store.value], acc[row]![i]!);
        const offset = at.address(store.buffer, store.address);
        code.put(store.value);
        storeLanes(f, Math.min(4, columns - i * 4), offset);
        code.done();
      }
    }
    for (const local of acc.flat()) f.release(local);
  };

  const panelOf = (walk: Walk, columns: number) => {
    if (tiling.packs) packPanel(f, kernel, walk, columns, panel);
    const full = Math.floor(m / tiling.rows);
    walk.over(M, full, tiling.rows, (deeper) => tile(deeper, tiling.rows, columns));
    if (m % tiling.rows !== 0) tile(walk.shifted(M, full * tiling.rows), m % tiling.rows, columns);
  };

  const nest = (walk: Walk, v: number): void => {
    if (v < M) walk.over(v, sizes[v]!, 1, (deeper) => nest(deeper, v + 1));
    else {
      const full = Math.floor(n / COLUMNS);
      walk.over(N, full, COLUMNS, (deeper) => panelOf(deeper, COLUMNS));
      if (n % COLUMNS !== 0) panelOf(walk.shifted(N, full * COLUMNS), n % COLUMNS);
    }
  };
  nest(Walk.start(f, references, slots), 0);
}

/** Copies `columns` columns of b to panel[k][8]. Lanes past the last column hold copies of it: they are never stored. */
function packPanel(
  f: FunctionBuilder,
  kernel: ContractKernel,
  walk: Walk,
  columns: number,
  panel: number,
): void {
  const { b, depth, sizes } = kernel;
  const [N, K] = [sizes.length - 1, sizes.length];
  const to = f.local('i32');
  const contiguousInK = coefficient(b.address, K) === 1;
  const address = (at: Walk, column: number) =>
    at.shifted(N, Math.min(column, columns - 1)).address(b.buffer, b.address);

  /** Four columns, one step of k: lane by lane. */
  const lanes = (at: Walk, group: number, offset: number) => {
    const vector = f.local('v128');
    f.i32x4(0).set(vector);
    for (let lane = 0; lane < 4; lane++) {
      const from = address(at, group * 4 + lane);
      f.get(vector).memory('v128_load32_lane', from, lane).set(vector);
    }
    f.get(to)
      .get(vector)
      .memory('v128_store', offset + group * 16);
    f.release(vector);
  };

  /** Four columns, four steps of k, transposed in registers. */
  const block = (at: Walk, group: number) => {
    const r = [0, 1, 2, 3].map((column) => {
      const local = f.local('v128');
      f.memory('v128_load', address(at, group * 4 + column)).set(local);
      return local;
    });
    const t = [f.local('v128'), f.local('v128'), f.local('v128'), f.local('v128')];
    const low = [0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23];
    const high = [8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31];
    const firsts = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23];
    const seconds = [8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31];
    f.get(r[0]!).get(r[1]!).shuffle(low).set(t[0]!);
    f.get(r[0]!).get(r[1]!).shuffle(high).set(t[1]!);
    f.get(r[2]!).get(r[3]!).shuffle(low).set(t[2]!);
    f.get(r[2]!).get(r[3]!).shuffle(high).set(t[3]!);
    const rows: [number, number, number[]][] = [
      [t[0]!, t[2]!, firsts],
      [t[0]!, t[2]!, seconds],
      [t[1]!, t[3]!, firsts],
      [t[1]!, t[3]!, seconds],
    ];
    for (const [u, [left, right, order]] of rows.entries()) {
      f.get(to)
        .get(left)
        .get(right)
        .shuffle(order)
        .memory('v128_store', u * COLUMNS * 4 + group * 16);
    }
    for (const local of [...r, ...t]) f.release(local);
  };

  const groups = Math.ceil(columns / 4);
  f.i32(panel).set(to);
  const full = contiguousInK ? Math.floor(depth / 4) : 0;
  walk.over(K, full, 4, (deeper) => {
    for (let group = 0; group < groups; group++) block(deeper, group);
    f.get(to)
      .i32(4 * COLUMNS * 4)
      .op('i32_add')
      .set(to);
  });
  const rest = walk.shifted(K, full * 4);
  rest.over(K, depth - full * 4, 1, (deeper) => {
    for (let group = 0; group < groups; group++) lanes(deeper, group, 0);
    f.get(to)
      .i32(COLUMNS * 4)
      .op('i32_add')
      .set(to);
  });
  f.release(to);
}
