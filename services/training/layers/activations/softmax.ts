import { softmax } from '#engine/functions.ts';
import { overDimension } from './over-dimension.ts';

export const Softmax = overDimension({
  type: 'Softmax',
  help: 'eˣ / Σ eˣ along one dimension: positive numbers that sum to 1',
  dim: 'The dimension that sums to 1',
  apply: softmax,
});
