// The jobs that the quickstart posts: the notes' first network for our own points, and a suitable one for the user's file.

import type { Dataset } from '#contracts/datasets/dataset.ts';
import type { NewJob } from '#contracts/jobs/job-api.ts';

/** MyFirstNN: 10 features, two hidden layers, 2 classes. */
export function firstJob(dataset: Dataset, epochs: number | null): NewJob {
  return {
    name: 'first',
    model: {
      name: 'MyFirstNN',
      input: { shape: [10] },
      layers: [
        { name: 'layer1', type: 'Linear', out_features: 64 },
        { type: 'ReLU' },
        { name: 'layer2', type: 'Linear', out_features: 32 },
        { type: 'ReLU' },
        { name: 'layer3', type: 'Linear', out_features: 2 },
      ],
    },
    dataset: dataset.id,
    training: {
      loss: 'CrossEntropyLoss',
      optimizer: { type: 'Adam', lr: 0.001 },
      epochs: epochs ?? 10,
      batch_size: 16,
      validation_split: 0.2,
    },
  };
}

/** Target number of steps, whatever the size of the file: enough for a small network to converge. */
const STEPS = 2_000;

/** Cross entropy for classes, squared error for numbers, and a small network, as suits tables. */
export function jobFor(dataset: Dataset, epochs: number | null): NewJob {
  const classes = dataset.target.kind === 'classes';
  const outputs = classes ? (dataset.target.labels?.length ?? (dataset.target.max ?? 0) + 1) : 1;
  const batch = dataset.samples < 2_000 ? 16 : 64;
  const stepsAnEpoch = Math.ceil((dataset.samples * 0.8) / batch);
  return {
    name: 'quickstart',
    model: {
      input: { shape: dataset.input_shape },
      layers: [
        { type: 'Linear', out_features: 32 },
        { type: 'ReLU' },
        { type: 'Linear', out_features: 16 },
        { type: 'ReLU' },
        { type: 'Linear', out_features: outputs },
      ],
    },
    dataset: dataset.id,
    training: {
      loss: classes ? 'CrossEntropyLoss' : 'MSELoss',
      optimizer: { type: 'Adam', lr: 0.005 },
      epochs: epochs ?? Math.min(100, Math.max(10, Math.round(STEPS / stepsAnEpoch))),
      batch_size: batch,
      validation_split: 0.2,
    },
  };
}
