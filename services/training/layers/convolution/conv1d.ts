import { convolutionLayer } from './convolution.ts';

/** [channels, length] → [out_channels, places of the kernel] */
export const Conv1d = convolutionLayer(1);
