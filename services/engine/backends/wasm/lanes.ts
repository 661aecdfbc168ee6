// Loads and stores vectors of four elements that need not be adjacent in memory, lane by lane or with shuffles.

import type { FunctionBuilder } from './assembler/function-builder.ts';

/** Shuffles that select the even and the odd elements of two vectors. */
export const EVEN = [0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27];
export const ODD = [4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31];

/**
 * Stores the first `count` lanes of the vector on the stack, `stride` elements apart. Stack: address, vector.
 */
export function storeLanes(f: FunctionBuilder, count: number, offset: number, stride = 1): void {
  if (count === 4 && stride === 1) {
    f.memory('v128_store', offset);
    return;
  }
  const [address, vector] = [f.local('i32'), f.local('v128')];
  f.set(vector).set(address);
  if (stride === 1) {
    if (count >= 2) f.get(address).get(vector).memory('v128_store64_lane', offset, 0);
    if (count % 2 === 1)
      f.get(address)
        .get(vector)
        .memory('v128_store32_lane', offset + (count - 1) * 4, count - 1);
  } else {
    for (let lane = 0; lane < count; lane++) {
      f.get(address)
        .get(vector)
        .memory('v128_store32_lane', offset + lane * stride * 4, lane);
    }
  }
  f.release(address);
  f.release(vector);
}

/**
 * Stores the first `count` lanes of two vectors alternately: a₀ b₀ a₁ b₁ ….
 * @param address pushes the base address of the first element and returns its offset
 */
export function storeInterleaved(
  f: FunctionBuilder,
  count: number,
  address: () => number,
  a: number,
  b: number,
): void {
  const halves = [
    [0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23],
    [8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31],
  ];
  for (const [i, order] of halves.entries()) {
    const left = Math.min(2, count - 2 * i);
    if (left <= 0) return;
    const offset = address() + 16 * i;
    f.get(a).get(b).shuffle(order);
    if (left === 2) f.memory('v128_store', offset);
    else f.memory('v128_store64_lane', offset, 0);
  }
}

/**
 * Loads `count` elements, `stride` apart, as a vector. It may read past the last one, but only close by. Stack: address.
 * @param offset bytes added to the address, ≥ 0
 */
export function loadLanes(f: FunctionBuilder, offset: number, stride: number, count: number): void {
  if (stride === 0) f.memory('v128_load32_splat', offset);
  else if (stride === 1) f.memory('v128_load', offset);
  else if (stride === 2) {
    // Every other element of eight.
    const address = f.local('i32');
    f.tee(address).memory('v128_load', offset);
    f.get(address).memory('v128_load', offset + 16);
    f.shuffle(EVEN);
    f.release(address);
  } else {
    const [address, vector] = [f.local('i32'), f.local('v128')];
    f.set(address).i32x4(0).set(vector);
    for (let lane = 0; lane < count; lane++) {
      const displacement = lane * stride * 4;
      f.get(address);
      if (displacement < 0) f.i32(displacement).op('i32_add');
      f.get(vector)
        .memory('v128_load32_lane', offset + Math.max(0, displacement), lane)
        .set(vector);
    }
    f.get(vector);
    f.release(address);
    f.release(vector);
  }
}
