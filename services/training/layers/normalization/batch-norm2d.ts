import { batchNormLayer } from './batch-norm.ts';

export const BatchNorm2d = batchNormLayer(2);
