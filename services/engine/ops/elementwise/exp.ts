import { elementwise } from './elementwise.ts';

// d eˣ = eˣ dx
export const exp = elementwise({
  name: 'exp',
  arity: 1,
  apply: (x) => Math.exp(x!),
  express: 'exp',
  gradient: (f, gy, y) => [f.mul(gy, y)],
  cost: 12,
});
