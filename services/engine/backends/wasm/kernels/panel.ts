// Packs the columns of one or more tiles into contiguous panels [k][columns of a tile]. Lanes past the last column hold copies of it or
// arbitrary data: they take part in the computation but are never stored.

import { coefficient } from '../../../affine.ts';
import type { ContractKernel } from '../../../lower/kernel.ts';
import type { FunctionBuilder } from '../assembler/function-builder.ts';
import type { Share } from '../threads/share.ts';
import type { Walk } from '../walk.ts';
import type { Tiling } from './tiling.ts';

/** Byte addresses of thread 0's scratch memory. */
export interface Panels {
  readonly a: number;
  readonly b: number;
  /** Results of one tile. */
  readonly aside: number;
}

/** The largest tile: 12 rows of one register of 8 columns, or 6 rows of two. */
export const ASIDE_BYTES = 12 * 8 * 4;

/** Steps of k copied per iteration. */
const UNROLL = 4;

/** Copies a to [tile of rows][k][row]; the last tile may have fewer rows. */
export function emitCopy(
  f: FunctionBuilder,
  kernel: ContractKernel,
  tiling: Tiling,
  share: Share,
  start: Walk,
  to: number,
): void {
  const { a, batch, m, n, k } = kernel;
  const M = batch.length;
  const K = batch.length + m.length + n.length;
  const { rows } = tiling;
  const at = f.local('i32');
  const together = coefficient(a.address, M) === 1;
  /** Copies a tile's rows for `steps` consecutive steps of k. */
  const copySteps = (walk: Walk, count: number, steps: number) => {
    for (let u = 0; u < steps; u++) {
      for (let row = 0; row < count; ) {
        const four = together && row + 4 <= count;
        f.get(at);
        const offset = walk.shifted(K, u).shifted(M, row).address(a.buffer, a.address);
        const place = (u * count + row) * 4;
        if (four) f.memory('v128_load', offset).memory('v128_store', place);
        else f.i32Load(offset).i32Store(place);
        row += four ? 4 : 1;
      }
    }
    f.get(at)
      .i32(steps * count * 4)
      .op('i32_add')
      .set(at);
  };
  const copy = (walk: Walk, count: number) => {
    const rest = k[0]! % UNROLL;
    walk.over(K, (k[0]! - rest) / UNROLL, UNROLL, (step) => copySteps(step, count, UNROLL));
    if (rest > 0) copySteps(walk.shifted(K, k[0]! - rest), count, rest);
  };
  share.address(f, to);
  f.set(at);
  share.over(start, M, m[0]!, rows, copy);
  f.release(at);
}

export function emitPanel(
  f: FunctionBuilder,
  kernel: ContractKernel,
  tiling: Tiling,
  share: Share,
  start: Walk,
  columns: number,
  panel: number,
): void {
  const { b, batch, m, n, k } = kernel;
  const lane = batch.length + m.length + n.length - 1;
  const firstK = lane + 1;
  const last = firstK + k.length - 1;
  const rowBytes = tiling.columns * 4;
  const groups = Math.ceil(columns / 4);
  /** Byte offset of a group of four columns within the panels, at the first step of k. */
  const placeOf = (group: number) => {
    const within = (group * 4) % tiling.columns;
    return ((group * 4 - within) / tiling.columns) * tiling.panelBytes + within * 4;
  };
  const to = f.local('i32');
  const address = (at: Walk, column: number) =>
    at.shifted(lane, Math.min(column, columns - 1)).address(b.buffer, b.address);
  const advance = (rows: number) =>
    f
      .get(to)
      .i32(rows * rowBytes)
      .op('i32_add')
      .set(to);

  /** One step of k, four contiguous columns. */
  const row = (at: Walk, group: number) => {
    const offset = at.shifted(lane, group * 4).address(b.buffer, b.address);
    const vector = f.local('v128');
    f.memory('v128_load', offset).set(vector);
    f.get(to).get(vector).memory('v128_store', placeOf(group));
    f.release(vector);
  };

  /** One step of k, four columns loaded one by one. */
  const lanes = (at: Walk, group: number) => {
    const vector = f.local('v128');
    f.i32x4(0).set(vector);
    for (let i = 0; i < 4; i++) {
      const offset = address(at, group * 4 + i);
      f.get(vector).memory('v128_load32_lane', offset, i).set(vector);
    }
    f.get(to).get(vector).memory('v128_store', placeOf(group));
    f.release(vector);
  };

  /** Four contiguous steps of k by four columns, transposed in registers. */
  const block = (at: Walk, group: number) => {
    const r = [0, 1, 2, 3].map((column) => {
      const local = f.local('v128');
      f.memory('v128_load', address(at, group * 4 + column)).set(local);
      return local;
    }) as [number, number, number, number];
    const low = [0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23];
    const high = [8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31];
    const firsts = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23];
    const seconds = [8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31];
    const [t0, t1, t2, t3] = [f.local('v128'), f.local('v128'), f.local('v128'), f.local('v128')];
    f.get(r[0]).get(r[1]).shuffle(low).set(t0);
    f.get(r[0]).get(r[1]).shuffle(high).set(t1);
    f.get(r[2]).get(r[3]).shuffle(low).set(t2);
    f.get(r[2]).get(r[3]).shuffle(high).set(t3);
    const rows = [
      [t0, t2, firsts],
      [t0, t2, seconds],
      [t1, t3, firsts],
      [t1, t3, seconds],
    ] as const;
    for (const [u, [left, right, order]] of rows.entries()) {
      f.get(to)
        .get(left)
        .get(right)
        .shuffle(order)
        .memory('v128_store', u * rowBytes + placeOf(group));
    }
    for (const local of [...r, t0, t1, t2, t3]) f.release(local);
  };

  const each = (body: (group: number) => void) => {
    for (let group = 0; group < groups; group++) body(group);
  };

  const nest = (walk: Walk, v: number): void => {
    const size = k[v - firstK]!;
    if (v < last) {
      walk.over(v, size, 1, (deeper) => nest(deeper, v + 1));
      return;
    }
    const blocks = tiling.pack === 'transposed' ? Math.floor(size / 4) : 0;
    walk.over(v, blocks, 4, (deeper) => {
      each((group) => block(deeper, group));
      advance(4);
    });
    walk.shifted(v, blocks * 4).over(v, size - blocks * 4, 1, (deeper) => {
      each((group) => (tiling.pack === 'rows' ? row(deeper, group) : lanes(deeper, group)));
      advance(1);
    });
  };

  share.address(f, panel);
  f.set(to);
  nest(start, firstK + tiling.splitK);
  f.release(to);
}
