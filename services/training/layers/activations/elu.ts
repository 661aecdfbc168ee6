import { scale } from '#engine/functions.ts';
import { elementwise, expm1BelowZero, fromZero, inplace, number, shownInplace } from './elementwise.ts';

export const ELU = elementwise({
  type: 'ELU',
  help: 'x where x > 0, else alpha · (eˣ − 1)',
  args: { alpha: number('The limit for large negative x is −alpha', 1), inplace },
  apply: (x, { alpha }) => fromZero(x, scale(expm1BelowZero(x), alpha)),
  shown: ({ alpha, inplace }) => ({ alpha, ...shownInplace({ inplace }) }),
});
