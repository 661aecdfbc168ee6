// eˣ of four floats, on the stack.
// Method: x = n ln 2 + r with |r| ≤ ln 2 / 2 (Cody and Waite's split of ln 2), a polynomial of degree 7 in r
// (coefficients of Cephes' expf), then 2ⁿ as a product of two powers, so that results reach infinity. Below −87 the result
// is 0: subnormal numbers take processors a hundred cycles each, and the masked half of an attention would be made of them.
// Only operations that V8 can widen (conversions between floats and integers are not). Range: all floats; NaN stays NaN.
// Precision: 2 ulp.

import type { FunctionBuilder } from '../assembler/function-builder.ts';
import { horner } from './horner.ts';

const COEFFICIENTS = [
  1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1,
] as const;

/** e to this is the smallest result but 0: 1.6e-38, a little above the smallest normal number. */
const LOWEST = -87;

/** Added, it leaves a float of small size no room for a fraction; its lowest bits are then the whole number. */
const ROUND = 1.5 * 2 ** 23;
const ROUND_BITS = 0x4b400000;

export function emitExp(f: FunctionBuilder): void {
  const gone = f.local('v128');
  const n = f.local('v128');
  const half = f.local('v128');
  f.tee(n).get(n).f32x4(LOWEST).op('f32x4_lt').set(gone);
  // pmax and pmin give their first argument where the comparison is false, so a NaN passes.
  f.f32x4(LOWEST).op('f32x4_pmax').f32x4(89).op('f32x4_pmin');
  reduced(f, n);
  f.get(n).i32(1).op('i32x4_shr_s').tee(half);
  powerOfTwo(f);
  f.op('f32x4_mul');
  f.get(n).get(half).op('i32x4_sub');
  powerOfTwo(f);
  f.op('f32x4_mul').get(gone).op('v128_andnot');
  for (const local of [gone, n, half]) f.release(local);
}

/** The same of numbers from 0 to 80, and of NaN, with fewer instructions: 2ⁿ is one power. */
export function emitExpOfModerate(f: FunctionBuilder): void {
  const n = f.local('v128');
  reduced(f, n);
  f.get(n);
  powerOfTwo(f);
  f.op('f32x4_mul');
  f.release(n);
}

/** Of the number on the stack leaves eʳ there, and the integers n in the local. */
function reduced(f: FunctionBuilder, n: number): void {
  const r = f.local('v128');
  f.tee(r).f32x4(Math.LOG2E).op('f32x4_mul').f32x4(ROUND).op('f32x4_add').tee(n);
  const whole = f.local('v128');
  f.f32x4(ROUND).op('f32x4_sub').set(whole);
  f.get(whole).f32x4(-0.693359375).get(r).op('f32x4_relaxed_madd').set(r);
  f.get(whole).f32x4(2.1219444e-4).get(r).op('f32x4_relaxed_madd').set(r);
  // eʳ = 1 + r + r² p(r)
  horner(f, COEFFICIENTS, r);
  f.get(r).get(r).op('f32x4_mul').get(r).op('f32x4_relaxed_madd').f32x4(1).op('f32x4_add');
  f.get(n).i32x4(ROUND_BITS).op('i32x4_sub').set(n);
  for (const local of [r, whole]) f.release(local);
}

/** 2ᵏ from the integers k, −126 … 127, on the stack. */
function powerOfTwo(f: FunctionBuilder): void {
  f.i32x4(127).op('i32x4_add').i32(23).op('i32x4_shl');
}
