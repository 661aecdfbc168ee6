import { convolutionLayer } from './convolution.ts';

/** [channels, height, width] → [out_channels, places of the kernel down, across] */
export const Conv2d = convolutionLayer(2);
