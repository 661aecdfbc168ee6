import { convolutionLayer } from './convolution.ts';

/** [channels, length] → [out_channels, output length] */
export const Conv1d = convolutionLayer(1);
