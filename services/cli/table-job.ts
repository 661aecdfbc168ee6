// The default job for a table, given only its target column.

import type { Dataset } from '#contracts/datasets/dataset.ts';
import type { NewJob } from '#contracts/jobs/job-api.ts';

type Layers = NewJob['model']['layers'];

/** The hidden layers, given their sizes. */
export const MODELS = {
  linear: (): Layers => [],
  mlp: (hidden: readonly number[]): Layers =>
    hidden.flatMap((out_features) => [{ type: 'Linear', out_features }, 'ReLU']),
} as const;
export type ModelKind = keyof typeof MODELS;

export interface TableOptions {
  model: ModelKind;
  hidden?: number[];
  epochs?: number;
  batchSize?: number;
  lr?: number;
  seed?: number;
  name?: string;
}

const HIDDEN = [64, 32];
const EPOCHS = 60;

export function tableJob(dataset: Dataset, { model, hidden = HIDDEN, name }: TableOptions): NewJob {
  const { target, input_shape } = dataset;
  const classes = target.kind === 'classes';
  // Multi-label: several yes/no columns.
  const labels = target.columns !== undefined && target.integral && target.min === 0 && target.max === 1;
  const outputs = classes
    ? (target.labels?.length ?? (target.max ?? 0) + 1)
    : target.shape.reduce((a, b) => a * b, 1);
  const flat: Layers = input_shape.length > 1 ? ['Flatten'] : [];
  return {
    ...(name === undefined ? {} : { name }),
    dataset: dataset.id,
    model: {
      input: { shape: input_shape },
      layers: [...flat, ...MODELS[model](hidden), { type: 'Linear', out_features: outputs }],
    },
    training: {
      loss: classes ? 'CrossEntropyLoss' : labels ? 'BCEWithLogitsLoss' : 'MSELoss',
      optimizer: { type: 'Adam', lr: 0.005 },
      epochs: EPOCHS,
      batch_size: 32,
      // Validation rows marked in the dataset are used automatically.
      ...((dataset.split?.validation ?? 0) > 0 ? {} : { validation: { fraction: 0.2 } }),
      restore_best: true,
      metrics: classes ? ['accuracy'] : labels ? ['accuracy', 'f1'] : ['mae', 'r2'],
    },
  };
}
