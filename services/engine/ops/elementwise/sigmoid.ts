import { apply, constant } from '../../expression.ts';
import { elementwise } from './elementwise.ts';

// d σ(x) = σ (1 − σ) dx
// With e = e^−|x|, which cannot overflow: σ = 1 / (1 + e) for x ≥ 0 and e / (1 + e) below.
export const sigmoid = elementwise({
  name: 'sigmoid',
  arity: 1,
  apply: (x) => 1 / (1 + Math.exp(-x!)),
  express: (x) => {
    const e = apply('exp', apply('neg', apply('abs', x!)));
    const one = constant(1);
    return apply('div', apply('select', apply('gt', constant(0), x!), e, one), apply('add', one, e));
  },
  gradient: (f, gy, y) => [f.mul(gy, f.mul(y, f.sub(f.constantLike(y, 1), y)))],
  cost: 18,
});
