import { mul, softplus, tanh } from '#engine/functions.ts';
import { elementwise, inplace, shownInplace } from './elementwise.ts';

export const Mish = elementwise({
  type: 'Mish',
  help: 'x · tanh(softplus(x))',
  args: { inplace },
  apply: (x) => mul(x, tanh(softplus(x))),
  shown: shownInplace,
});
