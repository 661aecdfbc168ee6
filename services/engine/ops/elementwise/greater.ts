import { elementwise } from './elementwise.ts';

// 1 where a > b, else 0. Constant almost everywhere: no gradient.
export const greater = elementwise({
  name: 'greater',
  arity: 2,
  apply: (a, b) => (a! > b! ? 1 : 0),
  express: 'gt',
  gradient: null,
  dtype: () => 'f32',
});
