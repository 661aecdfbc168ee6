import { elementwise } from './elementwise.ts';

// d |x| = sign(x) dx, and 0 at 0
export const abs = elementwise({
  name: 'abs',
  arity: 1,
  apply: (x) => Math.abs(x!),
  express: 'abs',
  gradient: (f, gy, _y, x) => {
    const zero = f.constantLike(x!, 0);
    return [f.mul(gy, f.sub(f.greater(x!, zero), f.greater(zero, x!)))];
  },
});
