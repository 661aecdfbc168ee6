// eˣ of four floats, on the stack.
// Method: x = n ln 2 + r with |r| ≤ ln 2 / 2 (Cody and Waite's split of ln 2), a polynomial of degree 7 in r
// (coefficients of Cephes' expf), then 2ⁿ as a product of two powers, so that results reach infinity. Below −87 the result
// is 0: subnormals cost a hundred cycles each, and the masked half of an attention matrix would consist of them.
// Uses only operations that V8 can widen to 256 bits (conversions between floats and integers are not among them).
// Range: all floats; NaN stays NaN. Precision: 2 ulp.

import type { FunctionBuilder } from '../assembler/function-builder.ts';
import { horner } from './horner.ts';

const COEFFICIENTS = [
  1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1,
] as const;

/** e^LOWEST, 1.6e-38, is the smallest nonzero result: just above the smallest normal number. */
const LOWEST = -87;

/** Adding this to a small float rounds away its fraction and leaves the integer in the lowest bits. */
const ROUND = 1.5 * 2 ** 23;
const ROUND_BITS = 0x4b400000;

export function emitExp(f: FunctionBuilder): void {
  const gone = f.local('v128');
  const n = f.local('v128');
  const half = f.local('v128');
  f.tee(n).get(n).f32x4(LOWEST).op('f32x4_lt').set(gone);
  // pmax and pmin return their first argument if the comparison is false, so NaN passes through.
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

/** eˣ for x in [0, 80] or NaN, in fewer instructions: 2ⁿ takes a single power. */
export function emitExpOfModerate(f: FunctionBuilder): void {
  const n = f.local('v128');
  reduced(f, n);
  f.get(n);
  powerOfTwo(f);
  f.op('f32x4_mul');
  f.release(n);
}

/** Replaces x on the stack with eʳ and stores the integers n in the local. */
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

/** Replaces the integers k on the stack, −126 … 127, with 2ᵏ. */
function powerOfTwo(f: FunctionBuilder): void {
  f.i32x4(127).op('i32x4_add').i32(23).op('i32x4_shl');
}
