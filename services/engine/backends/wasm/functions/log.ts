// ln x of four floats, on the stack.
// Method: x = m 2ᵉ with m in [√½, √2), a polynomial of degree 9 in m − 1 (coefficients of Cephes' logf), e ln 2 added in
// two parts. Range: all floats; −∞ at 0, NaN below 0, ∞ stays ∞, subnormals are scaled first. Precision: 2 ulp.

import type { FunctionBuilder } from '../assembler/function-builder.ts';
import { horner } from './horner.ts';

const COEFFICIENTS = [
  7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
  2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
] as const;

const SMALLEST_NORMAL = 2 ** -126;

export function emitLog(f: FunctionBuilder): void {
  const [x, m, e, z, mask] = [
    f.local('v128'),
    f.local('v128'),
    f.local('v128'),
    f.local('v128'),
    f.local('v128'),
  ];
  f.set(x);
  // Scale subnormals by 2²³ and subtract 23 from the exponent.
  f.get(x).f32x4(SMALLEST_NORMAL).op('f32x4_lt').set(mask);
  f.get(x)
    .f32x4(2 ** 23)
    .op('f32x4_mul')
    .get(x)
    .get(mask)
    .op('v128_bitselect')
    .set(m);
  f.get(m).i32(23).op('i32x4_shr_u').i32x4(-126).op('i32x4_add');
  f.get(mask).i32x4(23).op('v128_and').op('i32x4_sub').op('f32x4_convert_i32x4_s').set(e);
  f.get(m).i32x4(0x007fffff).op('v128_and').i32x4(0x3f000000).op('v128_or').set(m); // in [0.5, 1)
  // If m < √½: double m and subtract 1 from the exponent.
  f.get(m).f32x4(Math.SQRT1_2).op('f32x4_lt').set(mask);
  f.get(e).get(mask).f32x4(1).op('v128_and').op('f32x4_sub').set(e);
  f.get(m).get(m).get(mask).op('v128_and').op('f32x4_add').f32x4(-1).op('f32x4_add').set(m);
  f.get(m).get(m).op('f32x4_mul').set(z);
  // ln(1 + m) = m − m²/2 + m³ p(m)
  horner(f, COEFFICIENTS, m);
  f.get(m).op('f32x4_mul').get(z).op('f32x4_mul');
  f.get(e).f32x4(-2.1219444e-4).op('f32x4_mul').op('f32x4_add');
  f.get(z).f32x4(0.5).op('f32x4_mul').op('f32x4_sub');
  f.get(m).op('f32x4_add');
  f.get(e).f32x4(0.693359375).op('f32x4_mul').op('f32x4_add').set(m);
  // Special values: ∞ and NaN are returned unchanged, 0 → −∞, negative → NaN.
  f.get(x)
    .get(m)
    .f32x4(3.4028234663852886e38)
    .get(x)
    .op('f32x4_lt')
    .get(x)
    .get(x)
    .op('f32x4_ne')
    .op('v128_or');
  f.op('v128_bitselect').set(m);
  f.f32x4(Number.NEGATIVE_INFINITY).get(m).get(x).f32x4(0).op('f32x4_eq').op('v128_bitselect').set(m);
  f.f32x4(Number.NaN).get(m).get(x).f32x4(0).op('f32x4_lt').op('v128_bitselect');
  for (const local of [x, m, e, z, mask]) f.release(local);
}
