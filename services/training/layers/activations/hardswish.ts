import { constantLike, greater, mul, scale, shift, where } from '#engine/functions.ts';
import { elementwise, inplace } from './elementwise.ts';

// As in torch, the slope at −3 is the parabola's, −1/2, and the slope at 3 is 1.
export const Hardswish = elementwise({
  type: 'Hardswish',
  help: '0 below −3, x above 3, x (x + 3) / 6 between',
  args: { inplace },
  apply(x) {
    const parabola = scale(mul(x, shift(x, 3)), 1 / 6);
    const right = where(greater(constantLike(x, 3), x), parabola, x);
    return where(greater(constantLike(x, -3), x), constantLike(x, 0), right);
  },
});
