import { abs } from '#engine/functions.ts';
import { differenceLoss } from './number-targets.ts';

export const L1Loss = differenceLoss({
  type: 'L1Loss',
  help: 'For regression: mean absolute difference of output and target',
  args: {},
  apply: abs,
});
