import { elementwise } from './elementwise.ts';

// d tanh x = (1 − tanh² x) dx
export const tanh = elementwise({
  name: 'tanh',
  arity: 1,
  apply: (x) => Math.tanh(x!),
  express: 'tanh',
  gradient: (f, gy, y) => [f.mul(gy, f.sub(f.constantLike(y, 1), f.mul(y, y)))],
  cost: 25,
});
