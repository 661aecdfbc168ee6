import { scale } from '#engine/functions.ts';
import { elementwise, fromZero, inplace, number, shownInplace } from './elementwise.ts';

export const LeakyReLU = elementwise({
  type: 'LeakyReLU',
  help: 'x where x > 0, else negative_slope · x',
  args: { negative_slope: number('Slope below 0', 0.01), inplace },
  bounded: false,
  apply: (x, { negative_slope }) => fromZero(x, scale(x, negative_slope)),
  shown: ({ negative_slope, inplace }) => ({ negative_slope, ...shownInplace({ inplace }) }),
});
