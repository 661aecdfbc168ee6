// Valid jobs: they are returned with every default filled in, and validate to the same spec again.

import { describe, expect, it } from 'vitest';
import { validateJob } from '#training/job/validate.ts';
import { INFO, JOB, model, numbers, problems } from './valid-job.ts';

const find = async (id: string) => (id === 'ds_1' ? INFO : null);

describe('a valid job', () => {
  it('is returned with every default filled in', async () => {
    const { details, job } = await validateJob(JOB, find);
    expect(details).toEqual([]);
    expect(job!.spec).toEqual({
      model: {
        name: 'MyFirstNN',
        input: { shape: [4], dtype: 'float32' },
        layers: [
          { type: 'Linear', name: 'fc1', in_features: 4, out_features: 8, bias: true },
          { type: 'ReLU', name: '1', inplace: false },
          { type: 'Linear', name: 'fc2', in_features: 8, out_features: 3, bias: true },
        ],
      },
      training: {
        loss: {
          type: 'CrossEntropyLoss',
          weight: null,
          ignore_index: -100,
          reduction: 'mean',
          label_smoothing: 0,
        },
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
        epochs: 10,
        batch_size: 32,
        shuffle: true,
        drop_last: false,
        validation_split: 0,
        validation: null,
        test: null,
        accumulate_steps: 1,
        clip_grad_norm: null,
        clip_grad_value: null,
        early_stopping: null,
        metrics: ['accuracy'],
        max_seconds: null,
        restore_best: false,
        checkpoint: { every_epochs: 1, every_seconds: 30, keep_last: 1, keep_best: 1 },
        on_nonfinite: 'stop',
        precision: 'float32',
      },
      preprocess: { inputs: 'standardize', target: 'none' },
      seed: 0,
      device: 'auto',
      resume_on: 'same',
    });
    expect(job).toMatchObject({ parameters: 4 * 8 + 8 + 8 * 3 + 3, totalSteps: 20, inline: null });
  });

  it('is valid again as rendered, and renders the same', async () => {
    const first = (await validateJob(JOB, find)).job!;
    const second = (await validateJob({ ...first.spec, dataset: 'ds_1' }, find)).job!;
    expect(second.spec).toEqual(first.spec);
  });

  it('may include its dataset, which is then not standardized', async () => {
    const dataset = {
      name: 'mine',
      inputs: [
        [1, 2, 3, 4],
        [5, 6, 7, 8],
      ],
      targets: [0, 2],
    };
    const { job } = await validateJob({ ...JOB, dataset }, find);
    expect(job!.spec.preprocess).toEqual({ inputs: 'none', target: 'none' });
    expect(job!.inline).toMatchObject({ name: 'mine', info: { samples: 2, source: 'inline' } });
  });

  it.each([
    [
      'BCEWithLogitsLoss on two classes',
      model(1),
      'BCEWithLogitsLoss',
      { ...INFO, target: { ...INFO.target, labels: ['n', 'y'], max: 1 } },
    ],
    ['BCEWithLogitsLoss on 0 and 1', model(1), 'BCEWithLogitsLoss', numbers({ max: 1 })],
    [
      'MSELoss on numbers',
      model(1),
      'MSELoss',
      numbers({ min: -7, max: 1e6, integral: false, fraction_row: 2 }),
    ],
    ['MSELoss on rows of numbers', model(2), 'MSELoss', numbers({ shape: [2] })],
    ['CrossEntropyLoss on whole numbers', model(3), 'CrossEntropyLoss', numbers({ max: 2 })],
  ])('may use %s', async (_, model, loss, info) => {
    expect(await problems({ ...JOB, model, training: { loss } }, info)).toEqual([]);
  });

  it('measures accuracy by default only if the outputs are classes', async () => {
    const { job } = await validateJob({ ...JOB, model: model(1), training: { loss: 'MSELoss' } }, async () =>
      numbers({}),
    );
    expect(job!.spec.training.metrics).toEqual([]);
  });
});
