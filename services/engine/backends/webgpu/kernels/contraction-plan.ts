// How a contraction is divided among workgroups: a pure function of its sizes, which therefore also fix the order of additions.
//
// Small contractions use one thread per result. For all others, a workgroup computes a tile of `tileM` × `tileN` results; it
// loads `tileK` steps of both operands into workgroup memory at a time, and each of its threads keeps `threadM` × `threadN`
// results in registers. If there are too few tiles to keep a device busy and the sums are long, the sums are divided into
// `splits` parts, whose partial sums a second kernel adds in order.

import type { ContractKernel } from '../../../lower/kernel.ts';
import { sizeOf } from '../../../shape.ts';

export interface Tile {
  readonly tileM: number;
  readonly tileN: number;
  readonly tileK: number;
  readonly threadM: number;
  readonly threadN: number;
}

/** With no more multiplications than this, tiles are not worth their barriers. */
const PLAIN = 1 << 17;

/** @param shares see ShaderContext */
export function isPlain({ batch, m, n, k }: ContractKernel, shares: boolean): boolean {
  if (!shares) return true;
  return sizeOf(batch) * sizeOf(m) * sizeOf(n) * sizeOf(k) <= PLAIN && sizeOf(k) <= 1024;
}

export interface ContractionPlan extends Tile {
  readonly tilesM: number;
  readonly tilesN: number;
  readonly batches: number;
  readonly splits: number;
  /** Steps of k per part, a multiple of tileK; the last part may have fewer. */
  readonly partK: number;
  readonly threads: number;
  /** Bytes of workgroup memory. */
  readonly sharedBytes: number;
}

/** From large to small. Multiply-adds per float loaded into workgroup memory are tileM · tileN / (tileM + tileN): 43, 32, 16, 8. */
const TILES: readonly Tile[] = [
  { tileM: 128, tileN: 64, tileK: 16, threadM: 8, threadN: 4 },
  { tileM: 64, tileN: 64, tileK: 16, threadM: 4, threadN: 4 },
  { tileM: 32, tileN: 32, tileK: 16, threadM: 2, threadN: 2 },
  { tileM: 16, tileN: 16, tileK: 16, threadM: 1, threadN: 1 },
];

/** Number of workgroups that keep a large device busy: an H100 has 132 multiprocessors. */
const BUSY = 132;
/** Minimum steps of k that justify a workgroup. */
const LEAST_PART = 256;
const MOST_SPLITS = 64;

export function planContraction({ batch, m, n, k }: ContractKernel): ContractionPlan {
  const [batches, rows, columns, depth] = [batch, m, n, k].map(sizeOf) as [number, number, number, number];
  const tilesOf = (tile: Tile) => Math.ceil(rows / tile.tileM) * Math.ceil(columns / tile.tileN) * batches;
  // Among the tile sizes that waste at most 40 % of their area: the largest that gives every multiprocessor work. If none does, the largest
  // if k is long enough to be split, otherwise the smallest.
  const fits = TILES.filter(
    ({ tileM, tileN }) =>
      rows * columns >= 0.6 * (Math.ceil(rows / tileM) * tileM * Math.ceil(columns / tileN) * tileN),
  );
  const usable = fits.length > 0 ? fits : TILES.slice(-1);
  const tile =
    usable.find((candidate) => tilesOf(candidate) >= BUSY) ?? usable.at(depth >= 4 * LEAST_PART ? 0 : -1)!;
  const tiles = tilesOf(tile);
  const wanted = Math.min(MOST_SPLITS, Math.ceil(BUSY / tiles), Math.floor(depth / LEAST_PART));
  const partK = Math.ceil(depth / Math.max(1, wanted) / tile.tileK) * tile.tileK;
  return {
    ...tile,
    tilesM: Math.ceil(rows / tile.tileM),
    tilesN: Math.ceil(columns / tile.tileN),
    batches,
    splits: Math.ceil(depth / partK),
    partK,
    threads: (tile.tileM / tile.threadM) * (tile.tileN / tile.threadN),
    sharedBytes: 4 * tile.tileK * (tile.tileM + tile.tileN),
  };
}

/** Number of elements of a contraction's partial sums; 0 if it is not split. */
export function partialElements(kernel: ContractKernel, shares: boolean): number {
  if (isPlain(kernel, shares)) return 0;
  const { splits } = planContraction(kernel);
  return splits === 1 ? 0 : splits * sizeOf(kernel.batch) * sizeOf(kernel.m) * sizeOf(kernel.n);
}
