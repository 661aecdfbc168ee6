import { averagePoolingLayer } from './average-pooling.ts';

export const AvgPool1d = averagePoolingLayer(1);
