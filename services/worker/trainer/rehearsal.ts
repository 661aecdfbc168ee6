// Trains a small throwaway network before the first job arrives, so that the code is already loaded and compiled: the first epoch of a
// user's job is reported some 100 ms sooner.

import type { JobSpec } from '#contracts/jobs/job-api.ts';
import { readInline } from '#training/data/formats/inline.ts';
import { type FitOptions, fit } from '#training/run/fit.ts';

const SAMPLES = 64;

const SPEC: JobSpec = {
  model: {
    name: 'Rehearsal',
    input: { shape: [4], dtype: 'float32' },
    layers: [
      { type: 'Linear', name: '0', in_features: 4, out_features: 16, bias: true },
      { type: 'ReLU', name: '1', inplace: false },
      { type: 'Linear', name: '2', in_features: 16, out_features: 2, bias: true },
    ],
  },
  dataset: '',
  training: {
    loss: { type: 'CrossEntropyLoss', reduction: 'mean' },
    optimizer: {
      type: 'Adam',
      lr: 0.001,
      betas: [0.9, 0.999],
      eps: 1e-8,
      weight_decay: 0,
      amsgrad: false,
      maximize: false,
    },
    scheduler: null,
    epochs: 2,
    batch_size: 16,
    shuffle: true,
    drop_last: false,
    validation_split: 0.2,
    validation: null,
    test: null,
    accumulate_steps: 1,
    clip_grad_norm: null,
    clip_grad_value: null,
    early_stopping: null,
    metrics: ['accuracy'],
    max_seconds: null,
    checkpoint: { every_epochs: 1, keep_last: 2, keep_best: 1 },
    on_nonfinite: 'stop',
    precision: 'float32',
  },
  preprocess: 'standardize',
  seed: 0,
  device: 'cpu',
  resume_on: 'same',
};

export async function rehearse(options: FitOptions = {}): Promise<void> {
  const rows = Array.from({ length: SAMPLES }, (_, i) => i);
  const { table } = readInline({
    inputs: rows.map((i) => [i, i % 7, i % 5, i % 3]),
    targets: rows.map((i) => i % 2),
  });
  await fit(SPEC, table, { onEpoch() {}, shouldStop: () => null, async yieldToEvents() {} }, options);
}
