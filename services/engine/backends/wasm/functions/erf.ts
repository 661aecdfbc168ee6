// erf x of four floats, on the stack.
// Method: below 1 the Maclaurin series to the 19th power; from there on
// 1 − t p(t) e^(−x²) with t = 1 / (1 + 0.3275911 |x|), formula 7.1.26 of Abramowitz and Stegun.
// Range: all floats; NaN stays NaN. Precision: 2e-7 absolute.

import type { FunctionBuilder } from '../assembler/function-builder.ts';
import { emitExp } from './exp.ts';
import { horner } from './horner.ts';

/** 2/√π (−1)ⁿ / (n! (2n + 1)) for n = 9 … 0: for |x| < 1 the next term is below 2e-8. */
const SERIES = Array.from({ length: 10 }, (_, i) => {
  const n = 9 - i;
  let factorial = 1;
  for (let j = 2; j <= n; j++) factorial *= j;
  return ((2 / Math.sqrt(Math.PI)) * (n % 2 === 0 ? 1 : -1)) / (factorial * (2 * n + 1));
});

const TAIL = [1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592] as const;

export function emitErf(f: FunctionBuilder): void {
  const [x, z, t] = [f.local('v128'), f.local('v128'), f.local('v128')];
  f.tee(x).get(x).op('f32x4_mul').set(z);
  horner(f, SERIES, z);
  f.get(x).op('f32x4_mul');
  // 1 − t p(t) e^(−x²), with the sign of x
  f.f32x4(1)
    .f32x4(1)
    .get(x)
    .op('f32x4_abs')
    .f32x4(0.3275911)
    .op('f32x4_mul')
    .op('f32x4_add')
    .op('f32x4_div')
    .set(t);
  f.f32x4(1);
  horner(f, TAIL, t);
  f.get(t).op('f32x4_mul').get(z).op('f32x4_neg');
  emitExp(f);
  f.op('f32x4_mul').op('f32x4_sub');
  f.get(x).i32x4(0x80000000).op('v128_and').op('v128_or');
  f.get(x).op('f32x4_abs').f32x4(1).op('f32x4_lt').op('v128_bitselect').set(t);
  // A NaN fails the comparison and has been or-ed with its sign bits: restore it.
  f.get(t).get(x).get(x).get(x).op('f32x4_eq').op('v128_bitselect');
  for (const local of [x, z, t]) f.release(local);
}
