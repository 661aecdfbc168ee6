import { relu } from '#engine/functions.ts';
import { elementwise, inplace, shownInplace } from './elementwise.ts';

export const ReLU = elementwise({
  type: 'ReLU',
  help: 'max(x, 0)',
  args: { inplace },
  apply: relu,
  shown: shownInplace,
});
