import { elementwise } from './elementwise.ts';

// d(a / b) = da / b − (a / b) db / b
export const div = elementwise({
  name: 'div',
  arity: 2,
  apply: (a, b) => a! / b!,
  express: 'div',
  gradient: (f, gy, y, _a, b) => [f.div(gy, b!), f.neg(f.div(f.mul(gy, y), b!))],
  cost: 4,
  domain: [0.5, 2],
});
