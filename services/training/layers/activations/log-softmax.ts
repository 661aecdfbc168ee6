import { logSoftmax } from '#engine/functions.ts';
import { overDimension } from './over-dimension.ts';

export const LogSoftmax = overDimension({
  type: 'LogSoftmax',
  help: 'Log of Softmax along one dimension: the input of NLLLoss',
  dim: 'The dimension whose probabilities sum to 1',
  apply: logSoftmax,
});
