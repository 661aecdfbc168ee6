import type { FunctionBuilder } from '../assembler/function-builder.ts';

/** Evaluates a polynomial in the local `x` onto the stack; coefficients are ordered from the highest power down. */
export function horner(f: FunctionBuilder, coefficients: readonly number[], x: number): void {
  const [first, ...rest] = coefficients;
  f.f32x4(first!);
  for (const coefficient of rest) f.get(x).f32x4(coefficient).op('f32x4_relaxed_madd');
}
