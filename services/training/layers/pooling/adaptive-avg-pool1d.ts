import { adaptiveAveragePoolingLayer } from './adaptive-average-pooling.ts';

export const AdaptiveAvgPool1d = adaptiveAveragePoolingLayer(1);
