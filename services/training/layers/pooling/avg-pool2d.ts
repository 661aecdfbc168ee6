import { averagePoolingLayer } from './average-pooling.ts';

export const AvgPool2d = averagePoolingLayer(2);
