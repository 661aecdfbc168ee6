// The playground's settings, and the job they describe: the same request would work on the service.

import type { NewJob } from '#contracts/jobs/job-api.ts';
import { type FeatureName, featuresOf, type Points, PROBLEMS, type ProblemName } from './problems.ts';

export interface Settings {
  problem: ProblemName;
  noise: number;
  features: readonly FeatureName[];
  /** Number of neurons in each hidden layer. */
  hidden: readonly number[];
  activation: 'Tanh' | 'ReLU' | 'Sigmoid' | 'GELU';
  optimizer: 'Adam' | 'SGD';
  lr: number;
  /** L2 penalty: the optimizer's weight_decay. */
  decay: number;
  batch: number;
  seed: number;
}

export const START: Settings = {
  problem: 'circle',
  noise: 0.02,
  features: ['x', 'y'],
  hidden: [6, 4],
  activation: 'Tanh',
  optimizer: 'Adam',
  lr: 0.01,
  decay: 0,
  batch: 20,
  seed: 0,
};

export function jobOf(settings: Settings, points: Points, epochs: number): NewJob {
  const { problem, features, hidden, activation, optimizer, lr, decay, batch, seed } = settings;
  const classes = PROBLEMS[problem].kind === 'classes';
  return {
    name: `playground ${problem}`,
    model: {
      name: 'Playground',
      input: { shape: [features.length] },
      layers: [
        ...hidden.flatMap((neurons) => [{ type: 'Linear', out_features: neurons }, { type: activation }]),
        { type: 'Linear', out_features: 1 },
      ],
    },
    dataset: {
      name: `playground ${problem}`,
      inputs: points.x.map((x, i) => featuresOf(features, x, points.y[i]!)),
      targets: points.targets.map((target) => [target]),
    },
    training: {
      loss: classes ? 'BCEWithLogitsLoss' : 'MSELoss',
      optimizer: { type: optimizer, lr, ...(decay === 0 ? {} : { weight_decay: decay }) },
      epochs,
      batch_size: batch,
      validation_split: 0.3,
      metrics: [],
    },
    preprocess: 'none',
    seed,
  };
}
