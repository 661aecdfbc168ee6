import { elementwise } from './elementwise.ts';

// a where the condition is nonzero, else b: d = da there, db elsewhere
export const where = elementwise({
  name: 'where',
  arity: 3,
  apply: (condition, a, b) => (condition !== 0 ? a! : b!),
  express: 'select',
  gradient: (f, gy, _y, condition) => {
    const zero = f.constantLike(gy, 0);
    return [null, f.where(condition!, gy, zero), f.where(condition!, zero, gy)];
  },
  dtype: (inputs) => inputs[1]!.dtype,
  conditions: 1,
});
