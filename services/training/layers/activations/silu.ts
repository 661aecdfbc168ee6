import { mul, sigmoid } from '#engine/functions.ts';
import { elementwise, inplace, shownInplace } from './elementwise.ts';

export const SiLU = elementwise({
  type: 'SiLU',
  help: 'x · sigmoid(x)',
  args: { inplace },
  apply: (x) => mul(x, sigmoid(x)),
  shown: shownInplace,
});
