import { elementwise } from './elementwise.ts';

// d(−x) = −dx
export const neg = elementwise({
  name: 'neg',
  arity: 1,
  apply: (x) => -x!,
  express: 'neg',
  gradient: (f, gy) => [f.neg(gy)],
});
