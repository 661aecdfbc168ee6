import { elementwise } from './elementwise.ts';

// d ln x = dx / x
export const log = elementwise({
  name: 'log',
  arity: 1,
  apply: (x) => Math.log(x!),
  express: 'log',
  gradient: (f, gy, _y, x) => [f.div(gy, x!)],
  cost: 15,
  domain: [0.5, 3],
});
