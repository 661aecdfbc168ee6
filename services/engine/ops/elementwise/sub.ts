import { elementwise } from './elementwise.ts';

// d(a − b) = da − db
export const sub = elementwise({
  name: 'sub',
  arity: 2,
  apply: (a, b) => a! - b!,
  express: 'sub',
  gradient: (f, gy) => [gy, f.neg(gy)],
});
