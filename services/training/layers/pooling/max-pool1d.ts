import { maxPoolingLayer } from './max-pooling.ts';

export const MaxPool1d = maxPoolingLayer(1);
