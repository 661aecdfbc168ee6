import { convolutionLayer } from './convolution.ts';

/** [channels, height, width] → [out_channels, output height, output width] */
export const Conv2d = convolutionLayer(2);
