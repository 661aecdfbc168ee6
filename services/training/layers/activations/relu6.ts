import { clamp, elementwise, inplace, shownInplace } from './elementwise.ts';

export const ReLU6 = elementwise({
  type: 'ReLU6',
  help: 'Clamps x to [0, 6]',
  args: { inplace },
  apply: (x) => clamp(x, 0, 6),
  shown: shownInplace,
});
