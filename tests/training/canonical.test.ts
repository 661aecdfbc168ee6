// Requests in other libraries' vocabulary, and with numbers as text: how each is normalized, and that the reply reports it.

import { describe, expect, it } from 'vitest';
import { readInline } from '#training/data/formats/inline.ts';
import { validateJob } from '#training/job/validate.ts';
import { validateModel } from '#training/job/validate-model.ts';

const DATASET = {
  inputs: [
    [0, 0, 1, 1],
    [1, 1, 0, 0],
    [0, 1, 0, 1],
    [1, 0, 1, 0],
  ],
  targets: [0, 1, 1, 0],
};
const INFO = readInline(DATASET).info;
const CANONICAL = {
  model: { input: { shape: [4] }, layers: [{ type: 'Linear', out_features: 2 }] },
  dataset: 'ds_1',
  training: { loss: 'CrossEntropyLoss' },
};
const verdictOf = (body: object) => validateJob(body, async (id) => (id === 'ds_1' ? INFO : null));
const accepted = async (body: object) => {
  const { details, job } = await verdictOf(body);
  expect(details).toEqual([]);
  return job!;
};
const training = (changes: object) => ({ ...CANONICAL, training: { ...CANONICAL.training, ...changes } });
const layers = (...list: unknown[]) => ({ ...CANONICAL, model: { ...CANONICAL.model, layers: list } });

describe('a request in canonical form', () => {
  it('is taken as is, with nothing reported as interpreted', async () => {
    expect((await accepted(CANONICAL)).interpreted).toEqual([]);
  });
});

describe('a request in other terms', () => {
  it.each<[string, object, object, object[]]>([
    [
      'an optimizer in lower case',
      training({ optimizer: 'adam' }),
      training({ optimizer: 'Adam' }),
      [{ param: 'training.optimizer', from: 'adam', to: 'Adam' }],
    ],
    [
      'classes with their modules',
      {
        ...layers({ type: 'nn.Linear', out_features: 3 }, 'torch.nn.ReLU()', {
          type: 'torch.nn.Linear',
          out_features: 2,
        }),
        training: { loss: 'nn.CrossEntropyLoss', optimizer: { type: 'torch.optim.SGD', lr: 0.1 } },
      },
      {
        ...layers({ type: 'Linear', out_features: 3 }, 'ReLU', { type: 'Linear', out_features: 2 }),
        training: { loss: 'CrossEntropyLoss', optimizer: { type: 'SGD', lr: 0.1 } },
      },
      [
        { param: 'model.layers[0].type', from: 'nn.Linear', to: 'Linear' },
        { param: 'model.layers[1]', from: 'torch.nn.ReLU()', to: 'ReLU' },
        { param: 'model.layers[2].type', from: 'torch.nn.Linear', to: 'Linear' },
        { param: 'training.optimizer.type', from: 'torch.optim.SGD', to: 'SGD' },
        { param: 'training.loss', from: 'nn.CrossEntropyLoss', to: 'CrossEntropyLoss' },
      ],
    ],
    [
      'a functional name',
      training({ loss: 'cross_entropy' }),
      training({ loss: 'CrossEntropyLoss' }),
      [{ param: 'training.loss', from: 'cross_entropy', to: 'CrossEntropyLoss' }],
    ],
    [
      'Keras layers and their arguments',
      layers({ type: 'Dense', units: 6 }, 'relu', { type: 'Dense', units: '2' }),
      layers({ type: 'Linear', out_features: 6 }, 'ReLU', { type: 'Linear', out_features: 2 }),
      [
        { param: 'model.layers[0].type', from: 'Dense', to: 'Linear' },
        { param: 'model.layers[0].units', from: 'units', to: 'out_features' },
        { param: 'model.layers[1]', from: 'relu', to: 'ReLU' },
        { param: 'model.layers[2].type', from: 'Dense', to: 'Linear' },
        { param: 'model.layers[2].units', from: 'units', to: 'out_features' },
        { param: 'model.layers[2].out_features', from: '2', to: 2 },
      ],
    ],
    [
      'a learning rate under its long name',
      training({ optimizer: { type: 'SGD', learning_rate: 0.5 } }),
      training({ optimizer: { type: 'SGD', lr: 0.5 } }),
      [{ param: 'training.optimizer.learning_rate', from: 'learning_rate', to: 'lr' }],
    ],
    [
      'arguments of the optimizer beside its bare name',
      training({ optimizer: 'sgd', lr: '0.001', momentum: 0.9 }),
      training({ optimizer: { type: 'SGD', lr: 0.001, momentum: 0.9 } }),
      [
        { param: 'training.lr', from: 'lr', to: 'optimizer.lr' },
        { param: 'training.momentum', from: 'momentum', to: 'optimizer.momentum' },
        { param: 'training.optimizer.type', from: 'sgd', to: 'SGD' },
        { param: 'training.optimizer.lr', from: '0.001', to: 0.001 },
      ],
    ],
    [
      'a learning rate without any optimizer',
      training({ learning_rate: 0.01 }),
      training({ optimizer: { type: 'Adam', lr: 0.01 } }),
      [{ param: 'training.learning_rate', from: 'learning_rate', to: 'optimizer.lr' }],
    ],
    [
      'other names of keys, numbers and yes or no as text',
      training({ val_split: '0.25', num_epochs: '3', shuffle: 'False' }),
      training({ validation_split: 0.25, epochs: 3, shuffle: false }),
      [
        { param: 'training.val_split', from: 'val_split', to: 'validation_split' },
        { param: 'training.num_epochs', from: 'num_epochs', to: 'epochs' },
        { param: 'training.epochs', from: '3', to: 3 },
        { param: 'training.shuffle', from: 'False', to: false },
        { param: 'training.validation_split', from: '0.25', to: 0.25 },
      ],
    ],
    [
      'metrics and what is watched',
      training({ metrics: ['acc', 'f1_score'], early_stopping: { monitor: 'train_acc', patience: '2' } }),
      training({ metrics: ['accuracy', 'f1'], early_stopping: { monitor: 'train_accuracy', patience: 2 } }),
      [
        { param: 'training.metrics[0]', from: 'acc', to: 'accuracy' },
        { param: 'training.metrics[1]', from: 'f1_score', to: 'f1' },
        { param: 'training.early_stopping.monitor', from: 'train_acc', to: 'train_accuracy' },
        { param: 'training.early_stopping.patience', from: '2', to: 2 },
      ],
    ],
    [
      'a schedule by its short name, and those it is made of',
      training({
        scheduler: {
          type: 'sequential_lr',
          schedulers: ['linear', { type: 'cosine', T_max: 8 }],
          milestones: ['2'],
        },
      }),
      training({
        scheduler: {
          type: 'SequentialLR',
          schedulers: ['LinearLR', { type: 'CosineAnnealingLR', T_max: 8 }],
          milestones: [2],
        },
      }),
      [
        { param: 'training.scheduler.type', from: 'sequential_lr', to: 'SequentialLR' },
        { param: 'training.scheduler.milestones[0]', from: '2', to: 2 },
        { param: 'training.scheduler.schedulers[0]', from: 'linear', to: 'LinearLR' },
        { param: 'training.scheduler.schedulers[1].type', from: 'cosine', to: 'CosineAnnealingLR' },
      ],
    ],
    [
      'the input as its shape alone',
      { ...CANONICAL, model: { ...CANONICAL.model, input: ['4'] } },
      CANONICAL,
      [
        { param: 'model.input', from: ['4'], to: { shape: ['4'] } },
        { param: 'model.input.shape[0]', from: '4', to: 4 },
      ],
    ],
    [
      'the device as other libraries call it, and the seed as text',
      { ...CANONICAL, device: 'cuda', seed: '7' },
      { ...CANONICAL, device: 'webgpu', seed: 7 },
      [
        { param: 'device', from: 'cuda', to: 'webgpu' },
        { param: 'seed', from: '7', to: 7 },
      ],
    ],
  ])(
    'such as %s is stored in canonical form, and the changes are reported',
    async (_, given, canonical, told) => {
      const job = await accepted(given);
      expect(job.spec).toEqual((await accepted(canonical)).spec);
      expect(job.interpreted).toEqual(told);
    },
  );

  it('accepts every common name for a loss', async () => {
    const types = async (loss: string) => (await accepted(training({ loss }))).spec.training.loss.type;
    expect(await types('CrossEntropy')).toBe('CrossEntropyLoss');
    expect(await types('F.cross_entropy')).toBe('CrossEntropyLoss');
    expect(await types('sparse_categorical_crossentropy')).toBe('CrossEntropyLoss');
    const { details } = await verdictOf(training({ loss: 'mse' }));
    expect(details[0]!.message).toMatch(/^MSELoss needs outputs and targets of the same shape/);
  });

  it('reports the changes when only a model is validated', () => {
    const { report } = validateModel({
      input_shape: [1, 4, 4],
      layers: [{ type: 'Conv2D', filters: 2, kernel_size: '3' }],
    });
    expect(report!.model.layers[0]).toMatchObject({ type: 'Conv2d', out_channels: 2, kernel_size: 3 });
    expect(report!.interpreted).toEqual([
      { param: 'model.input_shape', from: 'input_shape', to: 'input.shape' },
      { param: 'model.layers[0].type', from: 'Conv2D', to: 'Conv2d' },
      { param: 'model.layers[0].filters', from: 'filters', to: 'out_channels' },
      { param: 'model.layers[0].kernel_size', from: '3', to: 3 },
    ]);
  });
});

describe('errors', () => {
  const problemsOf = async (body: object) =>
    (await verdictOf(body)).details.map(({ param, message }) => `${param}: ${message}`);

  it('point to where the request has the value, even if it was moved', async () => {
    expect(await problemsOf(training({ optimizer: 'sgd', lr: -1, val_split: 2 }))).toEqual([
      expect.stringMatching(/^training\.val_split: /),
      expect.stringMatching(/^training\.lr: /),
    ]);
    expect(await problemsOf(layers({ type: 'Dense', units: 0 }))).toEqual([
      'model.layers[0].units: must be at least 1',
    ]);
  });

  it('reject a value given twice instead of guessing', async () => {
    expect(await problemsOf(training({ optimizer: { type: 'SGD', lr: 1 }, lr: 2 }))).toEqual([
      expect.stringMatching(/^training\.lr: unknown key "lr"/),
    ]);
    expect(await problemsOf(layers({ type: 'Linear', units: 3, out_features: 2 }))).toEqual([
      expect.stringMatching(/^model\.layers\[0\]\.units: unknown key "units"/),
    ]);
  });

  it('name the closest classes for an unknown one, and the page that lists them all', async () => {
    const [found] = await problemsOf(layers('BatchNormalizationLayer', { type: 'Linear', out_features: 2 }));
    expect(found).toBe(
      'model.layers[0]: unknown layer "BatchNormalizationLayer"; the nearest are BatchNorm1d, BatchNorm2d, TransformerEncoderLayer; all of them: GET /catalog/layers',
    );
  });

  it('say that an argument is missing, and what it means', async () => {
    expect(await problemsOf(layers({ type: 'Linear' }))).toEqual([
      'model.layers[0].out_features: is needed: Size of the last output dimension',
    ]);
    expect(await problemsOf({ ...CANONICAL, dataset: { inputs: [[1, 2, 3, 4]] } })).toEqual([
      expect.stringMatching(/^dataset\.targets: is needed: One entry per sample/),
    ]);
  });

  it.each([[0.9], [[0.9]], [[0.9, 0.99, 0.999]], ['0.9, 0.999']])(
    'say that betas must be two numbers: %j',
    async (betas) => {
      expect(await problemsOf(training({ optimizer: { type: 'Adam', betas } }))).toEqual([
        'training.optimizer.betas: must be two numbers from 0 to below 1, as in [0.9, 0.999]',
      ]);
    },
  );

  it('reject a key named like a method of Object.prototype as unknown', async () => {
    const found = await problemsOf(training({ optimizer: { type: 'Adam', constructor: 1 }, toString: '1' }));
    expect(found).toHaveLength(2);
  });
});
