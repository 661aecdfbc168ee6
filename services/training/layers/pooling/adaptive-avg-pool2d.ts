import { adaptiveAveragePoolingLayer } from './adaptive-average-pooling.ts';

export const AdaptiveAvgPool2d = adaptiveAveragePoolingLayer(2);
