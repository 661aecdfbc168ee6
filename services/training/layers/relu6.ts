import { clamp, elementwise, inplace, shownInplace } from './elementwise.ts';

export const ReLU6 = elementwise({
  type: 'ReLU6',
  help: 'x within 0 and 6, the nearer of both outside',
  args: { inplace },
  apply: (x) => clamp(x, 0, 6),
  shown: shownInplace,
});
