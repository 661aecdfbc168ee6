// The default job for a dataset of images: a small convolutional network.

import type { Dataset } from '#contracts/datasets/dataset.ts';
import type { NewJob } from '#contracts/jobs/job-api.ts';
import { type TableOptions, tableJob } from './table-job.ts';

type Layers = NewJob['model']['layers'];

const CHANNELS = [16, 32, 64];
/** Stops halving once a side is smaller than this. */
const SMALLEST = 8;
const HIDDEN = [64];
const EPOCHS = 20;

/** Convolution blocks, each working on half the side length of the previous one, while the image is large enough. */
function convolutions([, height, width]: readonly [number, number, number]): Layers {
  const layers: Layers = [];
  let side = Math.min(height, width);
  for (const out_channels of CHANNELS) {
    layers.push({ type: 'Conv2d', out_channels, kernel_size: 3, padding: 1 }, 'BatchNorm2d', 'ReLU');
    if (side < SMALLEST) break;
    layers.push({ type: 'MaxPool2d', kernel_size: 2 });
    side = Math.floor(side / 2);
  }
  if (side > SMALLEST) layers.push({ type: 'AdaptiveAvgPool2d', output_size: 4 });
  return layers;
}

export function imageJob(dataset: Dataset, options: TableOptions): NewJob {
  const { hidden = HIDDEN } = options;
  const job = tableJob(dataset, { ...options, model: 'mlp', hidden });
  const [channels, height, width] = dataset.input_shape as [number, number, number];
  return {
    ...job,
    model: { ...job.model, layers: [...convolutions([channels, height, width]), ...job.model.layers] },
    preprocess: { images: { normalize: 'fitted' } },
    training: { ...job.training, optimizer: { type: 'Adam', lr: 0.002 }, epochs: EPOCHS },
  };
}
