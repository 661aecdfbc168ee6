// Requests that work unchanged, for trying out on the docs page.

export const MODEL_EXAMPLE = {
  name: 'MyFirstNN',
  input: { shape: [2] },
  layers: [
    { name: 'layer1', type: 'Linear', out_features: 8 },
    'Tanh',
    { name: 'layer2', type: 'Linear', out_features: 2 },
  ],
};

/** XOR: the smallest dataset that is not linearly separable. */
export const DATASET_EXAMPLE = {
  name: 'xor',
  inputs: [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ],
  targets: [0, 1, 1, 0],
};

export const JOB_EXAMPLE = {
  name: 'first',
  model: MODEL_EXAMPLE,
  dataset: DATASET_EXAMPLE,
  training: {
    loss: 'CrossEntropyLoss',
    optimizer: { type: 'Adam', lr: 0.05 },
    epochs: 100,
    batch_size: 4,
  },
  seed: 0,
};

export const PREDICT_EXAMPLE = {
  inputs: [
    [0, 1],
    [1, 1],
  ],
};
