import { clamp, elementwise, inplace, number, shownInplace } from './elementwise.ts';

export const Hardtanh = elementwise({
  type: 'Hardtanh',
  help: 'Clamps x to [min_val, max_val]',
  args: { min_val: number('The lower end', -1), max_val: number('The upper end', 1), inplace },
  check({ min_val, max_val }, refuse) {
    if (min_val >= max_val) refuse('max_val', `max_val ${max_val} must be above min_val ${min_val}`);
  },
  apply: (x, { min_val, max_val }) => clamp(x, min_val, max_val),
  shown: ({ min_val, max_val, inplace }) => ({ min_val, max_val, ...shownInplace({ inplace }) }),
});
