import { mul } from '#engine/functions.ts';
import { differenceLoss } from './number-targets.ts';

export const MSELoss = differenceLoss({
  type: 'MSELoss',
  help: 'For regression: mean squared difference of output and target',
  args: {},
  apply: (difference) => mul(difference, difference),
});
