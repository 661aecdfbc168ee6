import { logSoftmax } from '#engine/functions.ts';
import { overDimension } from './over-dimension.ts';

export const LogSoftmax = overDimension({
  type: 'LogSoftmax',
  help: 'ln of Softmax along one dimension: what NLLLoss takes',
  dim: 'The dimension whose probabilities sum to 1',
  apply: logSoftmax,
});
