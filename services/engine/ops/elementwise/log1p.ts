import { apply, constant } from '../../expression.ts';
import { elementwise } from './elementwise.ts';

// d ln(1 + x) = dx / (1 + x)
// Method: with u = fl(1 + x), ln(1 + x) = ln(u) · x / (u − 1), or x itself if u = 1, so the rounding error of u cancels (Kahan). Accurate
// to a few ulp, even for |x| far below the spacing of floats at 1.
export const log1p = elementwise({
  name: 'log1p',
  arity: 1,
  apply: (x) => Math.log1p(x!),
  express: (x) => {
    const one = constant(1);
    const u = apply('add', one, x!);
    const logarithm = apply('log', u);
    const exact = apply('mul', logarithm, apply('div', x!, apply('sub', u, one)));
    // For large u the quotient is 1, and at u = ∞ it would be ∞/∞.
    const large = apply('select', apply('gt', u, constant(2 ** 60)), logarithm, exact);
    return apply('select', apply('eq', u, one), x!, large);
  },
  gradient: (f, gy, _y, x) => [f.div(gy, f.add(x!, f.constantLike(x!, 1)))],
  cost: 20,
  domain: [-0.5, 3],
});
