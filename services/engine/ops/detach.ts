import { elementwise } from './elementwise/elementwise.ts';

// The identity, but no gradient passes through (torch's detach)
export const detach = elementwise({
  name: 'detach',
  arity: 1,
  apply: (x) => x!,
  express: (x) => x!,
  gradient: null,
  cost: 0,
});
