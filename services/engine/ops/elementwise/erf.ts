import { elementwise } from './elementwise.ts';

const TWO_OVER_ROOT_PI = 2 / Math.sqrt(Math.PI);

/** The error function in double precision, accurate to 1e-15: its Maclaurin series below 3, the continued fraction of erfc (Lentz) above. */
function erfDouble(x: number): number {
  const z = Math.abs(x);
  if (Number.isNaN(x)) return x;
  if (z > 6) return Math.sign(x);
  if (z < 3) {
    let term = z;
    let total = z;
    for (let n = 1; Math.abs(term) > 1e-17 * total; n++) {
      term *= (-z * z) / n;
      total += term / (2 * n + 1);
      if (n > 200) break;
    }
    return Math.sign(x) * TWO_OVER_ROOT_PI * total;
  }
  let fraction = 0;
  for (let n = 60; n > 0; n--) fraction = n / 2 / (z + fraction);
  return Math.sign(x) * (1 - Math.exp(-z * z) / Math.sqrt(Math.PI) / (z + fraction));
}

// d erf(x) = 2/√π e^(−x²) dx
export const erf = elementwise({
  name: 'erf',
  arity: 1,
  apply: (x) => erfDouble(x!),
  express: 'erf',
  gradient: (f, gy, _y, x) => [f.mul(gy, f.scale(f.exp(f.neg(f.mul(x!, x!))), TWO_OVER_ROOT_PI))],
  cost: 30,
});
