// Arithmetic on affine index expressions.

import type { Affine } from './expression.ts';
import type { Shape } from './shape.ts';

/** One affine index per loop variable, equal to that variable. */
export function variables(count: number): Affine[] {
  return Array.from({ length: count }, (_, v) => variable(v, count));
}

export function variable(v: number, count: number): Affine {
  return { coefficients: Array.from({ length: count }, (_, i) => (i === v ? 1 : 0)), offset: 0 };
}

/** offset + Σ strides[axis] · index[axis] */
export function linear(index: readonly Affine[], strides: Shape, offset: number): Affine {
  const coefficients: number[] = [];
  let total = offset;
  for (const [axis, affine] of index.entries()) {
    total += strides[axis]! * affine.offset;
    for (const [v, coefficient] of affine.coefficients.entries()) {
      coefficients[v] = (coefficients[v] ?? 0) + strides[axis]! * coefficient;
    }
  }
  return { coefficients: Array.from(coefficients, (c) => c ?? 0), offset: total };
}

export function affineKey({ coefficients, offset }: Affine): string {
  let last = coefficients.length;
  while (last > 0 && coefficients[last - 1] === 0) last--;
  return `${offset}+${coefficients.slice(0, last).join(',')}`;
}

export function coefficient(affine: Affine, v: number): number {
  return affine.coefficients[v] ?? 0;
}

/** x · a + y · b */
export function combine(a: Affine, x: number, b: Affine, y: number): Affine {
  return linear([a, b], [x, y], 0);
}
