import { apply, constant } from '../../expression.ts';
import { elementwise } from './elementwise.ts';

// d max(x, 0) = dx where the output is > 0, and 0 at 0 as in torch. It uses the output, so that the input need not be kept.
export const relu = elementwise({
  name: 'relu',
  arity: 1,
  apply: (x) => Math.max(x!, 0), // NaN stays NaN
  express: (x) => apply('max', x!, constant(0)),
  gradient: (f, gy, y) => [f.where(f.greater(y, f.constantLike(y, 0)), gy, f.constantLike(gy, 0))],
});
