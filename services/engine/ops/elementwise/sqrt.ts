import { elementwise } from './elementwise.ts';

// d √x = dx / (2 √x)
export const sqrt = elementwise({
  name: 'sqrt',
  arity: 1,
  apply: (x) => Math.sqrt(x!),
  express: 'sqrt',
  gradient: (f, gy, y) => [f.div(f.scale(gy, 0.5), y)],
  cost: 4,
  domain: [0.5, 3],
});
