import { apply, constant } from '../expression.ts';
import { elementwise } from './elementwise.ts';

// d σ(x) = σ (1 − σ) dx
export const sigmoid = elementwise({
  name: 'sigmoid',
  arity: 1,
  apply: (x) => 1 / (1 + Math.exp(-x!)),
  express: (x) => apply('div', constant(1), apply('add', constant(1), apply('exp', apply('neg', x!)))),
  gradient: (f, gy, y) => [f.mul(gy, f.mul(y, f.sub(f.constantLike(y, 1), y)))],
  cost: 18,
});
