import { batchNormLayer } from './batch-norm.ts';

export const BatchNorm1d = batchNormLayer(1);
