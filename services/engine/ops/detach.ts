import { elementwise } from './elementwise/elementwise.ts';

// The same value, through which no gradient passes (torch's detach)
export const detach = elementwise({
  name: 'detach',
  arity: 1,
  apply: (x) => x!,
  express: (x) => x!,
  gradient: null,
  cost: 0,
});
