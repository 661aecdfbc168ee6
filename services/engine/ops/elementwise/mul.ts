import { elementwise } from './elementwise.ts';

// d(a b) = b da + a db
export const mul = elementwise({
  name: 'mul',
  arity: 2,
  apply: (a, b) => a! * b!,
  express: 'mul',
  gradient: (f, gy, _y, a, b) => [f.mul(gy, b!), f.mul(gy, a!)],
});
