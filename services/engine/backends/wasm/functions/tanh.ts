// tanh x of four floats, on the stack.
// Method: below 0.625 an odd polynomial of degree 11 (coefficients of Cephes' tanhf), above it 1 − 2 / (e^2|x| + 1) with
// the sign of x. Range: all floats; NaN stays NaN. Precision: 2 ulp.

import type { FunctionBuilder } from '../assembler/function-builder.ts';
import { emitExpOfModerate } from './exp.ts';
import { horner } from './horner.ts';

const COEFFICIENTS = [
  -5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1,
] as const;

export function emitTanh(f: FunctionBuilder): void {
  const [x, s, small] = [f.local('v128'), f.local('v128'), f.local('v128')];
  f.tee(x).get(x).op('f32x4_mul').set(s);
  // x + x x² p(x²)
  horner(f, COEFFICIENTS, s);
  f.get(s).op('f32x4_mul').get(x).op('f32x4_mul').get(x).op('f32x4_add').set(small);
  f.get(small);
  // Beyond 20, tanh is 1 to the last bit. pmin returns its first argument if the comparison is false, so NaN passes through.
  f.f32x4(1).f32x4(2).get(x).op('f32x4_abs').f32x4(20).op('f32x4_pmin').f32x4(2).op('f32x4_mul');
  emitExpOfModerate(f);
  f.f32x4(1).op('f32x4_add').op('f32x4_div').op('f32x4_sub');
  f.get(x).op('f32x4_abs').f32x4(0.625).op('f32x4_lt').op('v128_bitselect');
  // Restores the sign of −0 as well, which the polynomial turns into 0.
  f.get(x).i32x4(0x80000000).op('v128_and').op('v128_or');
  for (const local of [x, s, small]) f.release(local);
}
