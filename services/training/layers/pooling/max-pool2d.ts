import { maxPoolingLayer } from './max-pooling.ts';

export const MaxPool2d = maxPoolingLayer(2);
