// How a contraction is cut into tiles: pure data from sizes and strides, so it can be looked at without emitting code.
//
// A tile is `rows` × `columns` results held in registers (16 of them) while k runs: with two registers of columns at most
// 6 rows, with one at most 12. A register holds 4 columns, or 8 where pairs of vectors are computed as one.

import { coefficient } from '../../../affine.ts';
import type { ContractKernel } from '../../../lower/kernel.ts';
import { sizeOf } from '../../../shape.ts';

/** Steps of k per iteration if the last axis of k is long. */
const UNROLL = 4;
/** Maximum steps of k that are fully unrolled. */
const MOST_UNROLLED = 16;
/** Maximum panel size: larger ones do not fit into the L2 cache. */
const PANEL_BYTES = 128 * 1024;
/** Maximum number of panels copied at once, and their maximum total size. */
const MOST_TOGETHER = 4;
const TOGETHER_BYTES = 512 * 1024;

export interface Tiling {
  /** Columns of a tile, along n's last axis: 16, 8 or 4. */
  readonly columns: number;
  /** Number of trailing axes of m that a tile covers completely. */
  readonly wholeM: number;
  /** Rows of a tile: along m's last axis, or over all the axes it covers completely. */
  readonly rows: number;
  /** Number of trailing axes of k that are fully unrolled. */
  readonly wholeK: number;
  readonly unroll: number;
  /** How columns of b are copied to contiguous panels; none if b is read in place, being contiguous and close enough together. */
  readonly pack: 'none' | 'rows' | 'transposed' | 'gathered';
  /** Panels copied at once, so that rows of b that each lie on a page of their own are read in longer runs. */
  readonly together: number;
  /** Columns computed as one register; a tile that is not a whole multiple goes through scratch memory. */
  readonly register: number;
  /** Whether a is first copied, tile by tile, so that a tile's rows are contiguous at every step of k. */
  readonly packA: boolean;
  /** Number of leading axes of k that loop outside the tiles, with partial sums kept in memory. */
  readonly splitK: number;
  /** Size of one panel. */
  readonly panelBytes: number;
  /** Size of the copy of a. */
  readonly copyBytes: number;
}

/** The largest number of trailing axes whose sizes multiply to at most `limit`. */
function trailing(sizes: readonly number[], limit: number): number {
  let product = 1;
  let count = 0;
  while (count < sizes.length && product * sizes[sizes.length - 1 - count]! <= limit) {
    product *= sizes[sizes.length - 1 - count]!;
    count++;
  }
  return count;
}

/** @param wide whether V8 computes pairs of vectors as one, which doubles the register width */
export function tilingOf(kernel: ContractKernel, wide: boolean): Tiling {
  const { batch, m, n, k, b } = kernel;
  const lane = batch.length + m.length + n.length - 1;
  const lastK = lane + k.length;
  const width = n.at(-1)!;
  const height = m.at(-1)!;

  const register = wide && width > 4 ? 8 : 4;
  // A tile covers a short last axis of m (such as the positions of a convolution kernel) completely, with one register of columns.
  const whole = height <= 4 && m.length > 1 ? trailing(m, 12) : 0;
  const narrow = width <= register || whole > 0;
  const most = narrow ? 12 : 6;
  const wholeM = whole > 0 ? whole : height <= most ? trailing(m, most) : 0;
  const rows = wholeM > 0 ? sizeOf(m.slice(-wholeM)) : Math.ceil(height / Math.ceil(height / most));
  const columns = narrow ? register : 2 * register;

  const wholeK = trailing(k, MOST_UNROLLED);
  const step = coefficient(b.address, lane);
  const tilesPerPanel = sizeOf(m) / rows;
  const farApart = Math.abs(coefficient(b.address, lastK)) >= 256 && k.at(-1)! >= 16;
  const contiguous = width === 1 || step === 1;
  const pack = !contiguous
    ? coefficient(b.address, lastK) === 1 && k.at(-1)! >= 4
      ? 'transposed'
      : 'gathered'
    : farApart && width > 4 && tilesPerPanel >= 4
      ? 'rows'
      : 'none';

  // Steps of k that are pages apart map to the same few cache sets.
  const stepA = Math.abs(coefficient(kernel.a.address, lastK));
  const panels = sizeOf(n) / columns;
  const packA =
    m.length === 1 && k.length === 1 && wholeM === 0 && stepA >= 256 && k[0]! >= 16 && panels >= 4;

  const panel = (splitK: number) => (pack === 'none' ? 0 : sizeOf(k.slice(splitK)) * columns * 4);
  const sumsMayWait = kernel.store.value.kind === 'core';
  let splitK = 0;
  while (sumsMayWait && panel(splitK) > PANEL_BYTES && splitK + 1 < k.length) splitK++;
  // Extra room because the transposed copy writes whole blocks of four.
  const panelBytes = panel(splitK) + 4 * columns * 4;
  const fit = Math.min(MOST_TOGETHER, Math.floor(TOGETHER_BYTES / panelBytes), Math.floor(width / columns));
  return {
    columns,
    together: pack === 'rows' ? Math.max(1, fit) : 1,
    register,
    wholeM,
    rows,
    wholeK: Math.min(wholeK, k.length - splitK),
    unroll: wholeK > 0 ? 1 : UNROLL,
    pack,
    splitK,
    panelBytes,
    packA,
    copyBytes: packA ? Math.ceil(height / rows) * rows * k[0]! * 4 : 0,
  };
}
