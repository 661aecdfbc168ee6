import { describe, expect, it } from 'vitest';
import type { DatasetInfo } from '#contracts/datasets/dataset.ts';
import { readInline } from '#training/data/formats/inline.ts';
import { validateJob, validateModel } from '#training/job/validate.ts';
import { fixturesOf } from '../fixture.ts';

const MODEL = {
  name: 'MyFirstNN',
  input: { shape: [4] },
  layers: [
    { name: 'fc1', type: 'Linear', out_features: 8 },
    { type: 'ReLU' },
    { name: 'fc2', type: 'Linear', in_features: 8, out_features: 3 },
  ],
};
const INFO: DatasetInfo = {
  source: 'csv',
  samples: 50,
  input_shape: [4],
  input_range: { min: 0, max: 1, integral: false },
  features: ['a', 'b', 'c', 'd'],
  target: {
    name: 'kind',
    kind: 'classes',
    shape: [],
    labels: ['x', 'y', 'z'],
    min: 0,
    max: 2,
    integral: true,
  },
};
const JOB = { model: MODEL, dataset: 'ds_1', training: { loss: 'CrossEntropyLoss' } };

const find = async (id: string) => (id === 'ds_1' ? INFO : null);
const problems = async (body: unknown, info: DatasetInfo | null = INFO) => {
  const verdict = await validateJob(body, async (id) => (id === 'ds_1' ? info : null));
  expect(verdict.job === null).toBe(verdict.details.length > 0);
  return verdict.details.map(({ param, message }) => `${param}: ${message}`);
};
const layersProblems = (...layers: unknown[]) => problems({ ...JOB, model: { ...MODEL, layers } });
const trainingProblems = (training: object, info: DatasetInfo = INFO) =>
  problems({ ...JOB, training: { ...JOB.training, ...training } }, info);
const model = (output: number) => ({ ...MODEL, layers: [{ type: 'Linear', out_features: output }] });
const numbers = (target: Partial<DatasetInfo['target']>): DatasetInfo => ({
  ...INFO,
  target: { name: 'y', kind: 'numbers', shape: [], labels: null, min: 0, max: 2, integral: true, ...target },
});

describe('a valid job', () => {
  it('comes back with every default filled in', async () => {
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

  it('is valid again as it was rendered, and renders the same', async () => {
    const first = (await validateJob(JOB, find)).job!;
    const second = (await validateJob({ ...first.spec, dataset: 'ds_1' }, find)).job!;
    expect(second.spec).toEqual(first.spec);
  });

  it('may bring its dataset along, which is then taken as it is', async () => {
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
  ])('may be %s', async (_, model, loss, info) => {
    expect(await problems({ ...JOB, model, training: { loss } }, info)).toEqual([]);
  });

  it('counts accuracy only where it means something', async () => {
    const { job } = await validateJob({ ...JOB, model: model(1), training: { loss: 'MSELoss' } }, async () =>
      numbers({}),
    );
    expect(job!.spec.training.metrics).toEqual([]);
  });
});

describe('every problem is told, all at once', () => {
  it('across model, dataset, training and the rest', async () => {
    const body = {
      name: 'a\0b',
      model: {
        input: { shape: [4] },
        layers: [
          { type: 'Linaer', out_features: 8 },
          { type: 'ReLU', slope: 1 },
          { type: 'Linear', in_features: 9, out_features: 3 },
        ],
      },
      dataset: 'ds_2',
      training: { loss: 'CrosEntropy', optimizer: { type: 'Adm' }, epochs: 0, batch_sise: 3 },
      sed: 1,
    };
    const found = await problems(body);
    expect(found.map((text) => text.split(':')[0])).toEqual([
      'name',
      'sed',
      'model.layers[0].type',
      'model.layers[1].slope',
      'dataset',
      'training.epochs',
      'training.batch_sise',
      'training.loss',
      'training.optimizer.type',
    ]);
    expect(found.find((text) => text.startsWith('sed'))).toContain('did you mean "seed"?');
    expect(found.find((text) => text.startsWith('training.batch_sise'))).toContain(
      'did you mean "batch_size"?',
    );
    expect(found.find((text) => text.startsWith('training.loss'))).toContain(
      'did you mean "CrossEntropyLoss"?',
    );
    expect(found.find((text) => text.startsWith('training.optimizer'))).toContain('did you mean "Adam"?');
    expect(found.find((text) => text.startsWith('model.layers[0]'))).toContain('did you mean "Linear"?');
  });

  it('and an unknown layer that is near to a known one does not hide what comes after it', async () => {
    expect(
      await layersProblems({ type: 'Linaer', out_features: 8 }, 'Rleu', {
        type: 'Linear',
        in_features: 9,
        out_features: 2,
      }),
    ).toEqual([
      'model.layers[0].type: unknown layer "Linaer"; did you mean "Linear"?',
      'model.layers[1]: unknown layer "Rleu"; did you mean "ReLU"?',
      'model.layers[2].in_features: layers[2] (Linear): in_features 9 given, 8 arrive from ReLU [8]',
    ]);
  });

  it('in a short answer even to a hundred thousand wrong keys, or one a megabyte long', async () => {
    const many = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`key_${i}`, 1]));
    const found = await problems({ ...many, ...JOB, training: { ...JOB.training, ['x'.repeat(1e6)]: 1 } });
    expect(found.length).toBeLessThan(200);
    expect(Math.max(...found.map((text) => text.length))).toBeLessThan(1000);
  });

  it('and what is missing is said once', async () => {
    expect(await problems({})).toEqual(['model: is needed', 'dataset: is needed', 'training: is needed']);
  });

  it.each<[string, unknown]>([
    ['null', null],
    ['a number', 3],
    ['an array', []],
    ['text', 'job'],
    ['nothing', {}],
    ['nulls', { model: null, dataset: null, training: null }],
    ['numbers', { model: 1, dataset: 2, training: 3 }],
    ['arrays', { model: [], dataset: [], training: [] }],
    ['empty objects', { model: {}, dataset: {}, training: {} }],
    [
      'odd layers',
      {
        ...JOB,
        model: { input: { shape: [1] }, layers: [null, 1, [], {}, { type: 7 }, { type: null }, ''] },
      },
    ],
    [
      'a poisoned layer',
      {
        ...JOB,
        model: {
          ...MODEL,
          layers: [JSON.parse('{"type":"ReLU","__proto__":{"a":1}}'), 'constructor', '__proto__'],
        },
      },
    ],
    ['endless nesting', { ...JOB, dataset: { inputs: [[[[[[[[[[1]]]]]]]]]], targets: [1] } }],
  ])('and %s for a body are problems, not a crash', async (_, body) => {
    expect((await problems(body)).length).toBeGreaterThan(0);
  });
});

describe('a model', () => {
  it('has its shapes, parameters and FLOPs reported, layer by layer', () => {
    const { report } = validateModel(MODEL);
    expect(report!.layers).toEqual([
      { name: 'fc1', type: 'Linear', input_shape: [4], output_shape: [8], parameters: 40, flops: 72 },
      { name: '1', type: 'ReLU', input_shape: [8], output_shape: [8], parameters: 0, flops: 8 },
      { name: 'fc2', type: 'Linear', input_shape: [8], output_shape: [3], parameters: 27, flops: 51 },
    ]);
    expect(report).toMatchObject({ output_shape: [3], parameters: 67, parameter_bytes: 268, flops: 131 });
  });

  it.each(fixturesOf<{ torch: string; layers: unknown[]; shape: number[]; summary: string }>('summaries'))(
    'is printed as torch prints $torch',
    ({ layers, shape, summary }) => {
      const { report } = validateModel({ name: 'Sequential', input: { shape }, layers });
      expect(report!.summary).toBe(summary);
    },
  );

  it('whose in_features do not fit is refused in the user’s words, with both shapes', async () => {
    const found = await problems({
      ...JOB,
      model: {
        input: { shape: [16, 5, 5] },
        layers: [
          'ReLU',
          'Tanh',
          'Flatten',
          { name: 'fc1', type: 'Linear', in_features: 512, out_features: 3 },
        ],
      },
    });
    expect(found[0]).toBe(
      'model.layers[3].in_features: layers[3] (Linear "fc1"): in_features 512 given, 400 arrive from Flatten [16, 5, 5] → [400]',
    );
  });

  it('may leave in_features out, or say it; the first layer names the input', async () => {
    const found = await layersProblems({ type: 'Linear', in_features: 5, out_features: 3 });
    expect(found).toEqual([
      'model.layers[0].in_features: layers[0] (Linear): in_features 5 given, 4 arrive from the input [4]',
    ]);
  });

  it.each<[unknown, RegExp]>([
    [0, /at least 1/],
    [-3, /at least 1/],
    [2.5, /whole number/],
    ['eight', /whole number/],
    ['0', /at least 1/],
    [null, /whole number/],
    [1e9, /at most 1000000, the limit/],
    [1e300, /./],
  ])('may not have out_features %j', async (out_features, message) => {
    const found = await layersProblems({ type: 'Linear', out_features });
    expect(found.length).toBeGreaterThan(0);
    expect(found[0]).toMatch(/^model\.layers\[0\]\.out_features: /);
    expect(found[0]).toMatch(message);
  });

  it.each<[unknown, RegExp]>([
    [[0], /model\.input\.shape\[0\]: must be at least 1/],
    [[-1], /model\.input\.shape\[0\]: must be at least 1/],
    [[1.5], /model\.input\.shape\[0\]: must be a whole number/],
    [[1e9], /model\.input\.shape\[0\]: must be at most 1000000, the limit/],
    [[1e6, 1e6], /model\.input\.shape: .* the limit is 16000000/],
    [[], /model\.input\.shape: /],
    ['4', /model\.input\.shape: /],
  ])('may not have the input shape %j', async (shape, message) => {
    expect((await problems({ ...JOB, model: { ...MODEL, input: { shape } } }))[0]).toMatch(message);
  });

  it('of 10⁹ parameters is refused before anything is allocated, with the limit named', async () => {
    const before = process.memoryUsage().rss;
    const found = await layersProblems(
      { type: 'Linear', out_features: 1e6 },
      { type: 'Linear', out_features: 1e6 },
      { type: 'Linear', out_features: 3 },
    );
    expect(found).toEqual([
      'model.layers[1]: layers[1] (Linear): the model reaches 1000006000000 parameters here, the limit is 100000000',
    ]);
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
  });

  it('of more layers than the limit is refused', async () => {
    expect((await layersProblems(...new Array(1001).fill('ReLU')))[0]).toMatch(/model\.layers: .*1000/);
    expect((await layersProblems())[0]).toMatch(/model\.layers: /);
  });

  it('may not use a name twice, a dot, or a name that cannot be stored', async () => {
    const named = (name: string) => ({ name, type: 'Linear', out_features: 3 });
    expect((await layersProblems(named('a'), named('a')))[0]).toMatch(
      /layers\[1\]\.name: "a" is the name of layers\[0\]/,
    );
    expect((await layersProblems(named('1'), 'ReLU', named('z')))[0]).toMatch(
      /layers\[1\]\.name: "1" is the name of/,
    );
    expect((await layersProblems(named('a.b')))[0]).toMatch(/may not hold a dot/);
    expect((await layersProblems(named('a\0')))[0]).toMatch(/NUL/);
    expect((await layersProblems(named('\ud800')))[0]).toMatch(/surrogate/);
  });

  it.each<[unknown, RegExp]>([
    [{ type: 'Softmax', dim: 0 }, /dim 0 is the batch/],
    [{ type: 'Softmax', dim: 2 }, /dim 2 given, \[batch, 4\] has dims -2 to 1/],
    [{ type: 'Softmax', dim: -2 }, /dim -2 is the batch/],
    [{ type: 'Flatten', start_dim: 0 }, /start_dim 0 is the batch/],
    [{ type: 'Flatten', start_dim: 3 }, /start_dim 3 given, \[batch, 4\]/],
    [{ type: 'Dropout', p: 1.5 }, /layers\[0\]\.p: /],
    [{ type: 'Dropout', p: -0.1 }, /layers\[0\]\.p: /],
    [{ type: 'Linear' }, /layers\[0\]\.out_features: /],
    [
      { type: 'Linear', out_features: 3, bais: true },
      /layers\[0\]\.bais: unknown key "bais"; did you mean "bias"\?/,
    ],
  ])('is refused with %j', async (layer, message) => {
    expect((await layersProblems(layer, { type: 'Linear', out_features: 3 }))[0]).toMatch(message);
  });

  it('without anything to learn is refused as a job', async () => {
    expect(await problems({ ...JOB, model: { input: { shape: [4] }, layers: ['Softmax'] } })).toContain(
      'model.layers: none of the layers has parameters: there is nothing to learn',
    );
  });
});

describe('training', () => {
  it('names the loss; everything else has a default', async () => {
    expect(await problems({ ...JOB, training: {} })).toEqual([
      'training.loss: what to minimise must be named',
    ]);
  });

  it.each<[object, RegExp]>([
    [{ epochs: 0 }, /training\.epochs: must be at least 1/],
    [{ epochs: 1e9 }, /training\.epochs: must be at most 1000000, the limit/],
    [{ epochs: 1.5 }, /training\.epochs: must be a whole number/],
    [{ batch_size: 0 }, /training\.batch_size: must be at least 1/],
    [{ batch_size: 1e9 }, /training\.batch_size: must be at most 1000000, the limit/],
    [{ validation_split: 1 }, /training\.validation_split: /],
    [{ validation_split: -0.1 }, /training\.validation_split: /],
    [{ validation_split: 0.01 }, /training\.validation_split: 0\.01 of 50 samples holds out none/],
    [
      { batch_size: 64, drop_last: true },
      /training\.drop_last: the 50 training samples are one batch of less than 64/,
    ],
    [
      { optimizer: { type: 'SGD', nesterov: true } },
      /training\.optimizer\.nesterov: nesterov needs a momentum/,
    ],
    [{ optimizer: { type: 'Adam', betas: [0.9, 1] } }, /training\.optimizer\.betas\[1\]: /],
    [{ optimizer: { type: 'Adam', lr: -1 } }, /training\.optimizer\.lr: /],
    [{ optimizer: { type: 'Adam', momentum: 0.9 } }, /training\.optimizer\.momentum: unknown key "momentum"/],
    [{ optimizer: 'adamm' }, /training\.optimizer: unknown optimizer "adamm"; did you mean "Adam"\?/],
    [{ optimizer: 7 }, /training\.optimizer: must be a class name/],
    [{ loss: { type: 'CrossEntropyLoss', reduction: 'none' } }, /training\.loss\.reduction: /],
    [{ metrics: ['acuracy'] }, /training\.metrics\[0\]: /],
  ])('is refused with %j', async (training, message) => {
    const found = await trainingProblems(training);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(message);
  });

  it('accuracy of numbers means nothing', async () => {
    const found = await problems(
      { ...JOB, model: model(1), training: { loss: 'MSELoss', metrics: ['accuracy'] } },
      numbers({}),
    );
    expect(found).toEqual(['training.metrics[0]: accuracy means nothing for the outputs of MSELoss']);
  });

  it('of more steps than can be counted is refused', async () => {
    const found = await trainingProblems({ epochs: 1e6, batch_size: 1 }, { ...INFO, samples: 1e6 });
    expect(found[0]).toMatch(/training\.epochs: 1000000 epochs of 1000000 steps/);
  });

  it('that would need more memory than the limit is refused by what needs it', async () => {
    const wide = {
      input: { shape: [4] },
      layers: [
        { type: 'Linear', out_features: 100_000 },
        { type: 'Linear', out_features: 3 },
      ],
    };
    const big = { ...INFO, samples: 1e6 };
    const found = await problems(
      { ...JOB, model: wide, training: { ...JOB.training, batch_size: 1e5 } },
      big,
    );
    expect(found[0]).toMatch(/^training\.batch_size: the job needs about \d+ MiB .* the limit is 2048 MiB/);
  });
});

describe('a loss that does not fit', () => {
  const refused = (loss: string | object, output: unknown, info: DatasetInfo) =>
    problems(
      { ...JOB, model: typeof output === 'number' ? model(output) : output, training: { loss } },
      info,
    );

  it.each<[string | object, number, DatasetInfo, RegExp]>([
    [
      'CrossEntropyLoss',
      2,
      INFO,
      /training\.loss: the targets have 3 classes, the model's output \[2\] has fewer/,
    ],
    [
      'CrossEntropyLoss',
      3,
      numbers({ shape: [2] }),
      /dataset: .* one class index a sample, the targets are \[2\]/,
    ],
    [
      'CrossEntropyLoss',
      3,
      numbers({ min: 0.5, integral: false, fraction_row: 9 }),
      /dataset: .* not every target is a whole number \(column "y", row 9\)/,
    ],
    [
      'NLLLoss',
      3,
      numbers({ max: 3, max_row: 5 }),
      /dataset: NLLLoss takes .* a target 3 \(column "y", row 5\)/,
    ],
    [
      { type: 'CrossEntropyLoss', weight: [1, 2] },
      3,
      numbers({ max: 2 }),
      /training\.loss: weight has 2 numbers, the output \[3\] has 3 classes/,
    ],
    [
      { type: 'CrossEntropyLoss', ignore_index: -1 },
      3,
      numbers({
        min: -1,
        min_row: 2,
        second_min: { value: -0, row: 3 },
        second_max: { value: 4, row: 7 },
        max: 5,
        max_row: 6,
      }),
      /dataset: .* a target 5 \(column "y", row 6\)/,
    ],
    [
      { type: 'CrossEntropyLoss', ignore_index: 255 },
      3,
      numbers({ max: 255, second_min: { value: 1, row: 3 }, second_max: { value: 4, row: 7 } }),
      /dataset: .* a target 4 \(column "y", row 7\)/,
    ],
    [
      'CrossEntropyLoss',
      3,
      numbers({
        min: -100,
        min_row: 1,
        second_min: { value: -3, row: 8 },
        second_max: { value: 1, row: 3 },
        max: 2,
      }),
      /dataset: .* a target -3 \(column "y", row 8\)/,
    ],
    ['L1Loss', 1, INFO, /dataset: L1Loss takes numbers, the target is text of 3 classes/],
    ['HuberLoss', 2, numbers({ shape: [3] }), /training\.loss: HuberLoss compares number by number/],
    [{ type: 'HuberLoss', delta: 0 }, 1, numbers({}), /training\.loss\.delta: must be above 0/],
    [
      'BCELoss',
      1,
      numbers({ max: 2, max_row: 4 }),
      /dataset: BCELoss takes targets from 0 to 1, .* a target 2/,
    ],
    [
      { type: 'BCEWithLogitsLoss', pos_weight: [1, 2] },
      3,
      numbers({ shape: [3], max: 1 }),
      /training\.loss: pos_weight has 2 numbers, the output \[3\] has 3 places/,
    ],
    ['KLDivLoss', 3, INFO, /dataset: KLDivLoss takes probabilities, the target is text of 3 classes/],
    [
      'KLDivLoss',
      3,
      numbers({ shape: [3], min: -1, min_row: 4 }),
      /dataset: .* a target -1 \(log_target says that they are ln of them\) \(column "y", row 4\)/,
    ],
    ['MSELoss', 1, INFO, /dataset: MSELoss takes numbers, the target is text of 3 classes/],
    [
      'MSELoss',
      3,
      numbers({}),
      /training\.loss: .* the model gives \[3\], the targets are \[\] \(one number a sample: the output must be \[1\]\)/,
    ],
    [
      'MSELoss',
      2,
      numbers({ shape: [3] }),
      /training\.loss: .* the model gives \[2\], the targets are \[3\]/,
    ],
    ['BCEWithLogitsLoss', 2, numbers({ max: 1 }), /training\.loss: .* the output must be \[1\]/],
    ['BCEWithLogitsLoss', 1, INFO, /dataset: BCEWithLogitsLoss tells two classes apart, the targets have 3/],
    [
      'BCEWithLogitsLoss',
      1,
      numbers({ max: 2, max_row: 4 }),
      /dataset: .* from 0 to 1, but there is a target 2 \(column "y", row 4\)/,
    ],
    [
      'BCEWithLogitsLoss',
      1,
      numbers({ min: -1, max: 1, min_row: 3 }),
      /dataset: .* there is a target -1 \(column "y", row 3\)/,
    ],
  ])('%j on output [%j]', async (loss, output, info, message) => {
    expect((await refused(loss, output, info))[0]).toMatch(message);
  });

  it('CrossEntropyLoss on an output of several dimensions', async () => {
    const deep = { input: { shape: [2, 4] }, layers: [{ type: 'Linear', out_features: 3 }] };
    expect((await refused('CrossEntropyLoss', deep, { ...INFO, input_shape: [2, 4] }))[0]).toBe(
      'training.loss: CrossEntropyLoss takes an output [classes], the model gives [2, 3]; a Flatten before layers[0] (Linear) makes one row of its [2, 4]',
    );
  });

  it('classes that come last, where the targets have positions', async () => {
    const deep = { input: { shape: [2, 4] }, layers: [{ type: 'Linear', out_features: 3 }] };
    expect(
      (await refused('CrossEntropyLoss', deep, { ...numbers({ shape: [2] }), input_shape: [2, 4] }))[0],
    ).toBe(
      'training.loss: CrossEntropyLoss takes an output [classes, 2] where the targets are [2], the model gives [2, 3] (the classes come first: a Permute brings them there)',
    );
  });

  it('targets out of range are named by row, in an inline dataset by path', async () => {
    const inputs = new Array(5).fill([1, 2, 3, 4]);
    const dataset = { inputs, targets: [0, 1, 2, 7, -1] };
    expect(await problems({ ...JOB, dataset })).toEqual([
      'dataset.targets[4]: CrossEntropyLoss takes class indices 0 to 2 (the output has 3 classes), but there is a target -1',
      'dataset.targets[3]: CrossEntropyLoss takes class indices 0 to 2 (the output has 3 classes), but there is a target 7',
    ]);
    const { info } = readInline({ inputs, targets: [0, 1, 1.5, 2, 2] });
    expect(info.target.fraction_row).toBe(2);
  });
});

describe('a dataset', () => {
  it('must exist', async () => {
    expect(await problems({ ...JOB, dataset: 'ds_7' })).toEqual(['dataset: there is no dataset "ds_7"']);
  });

  it('must have the width of the model’s input', async () => {
    expect(await problems({ ...JOB, model: { ...MODEL, input: { shape: [5] } } })).toEqual([
      "model.input.shape: [5] given, the dataset's samples are [4] (4 feature columns)",
    ]);
  });

  it('posted inline has its bad numbers named beside all other problems', async () => {
    const found = await problems({
      ...JOB,
      training: { loss: 'nope' },
      dataset: { inputs: [[1, null, 3, 4]], targets: [0] },
    });
    expect(found.map((text) => text.split(':')[0])).toEqual(['dataset.inputs[0][1]', 'training.loss']);
  });
});

describe('mixed precision', () => {
  const mixed = { ...JOB, training: { ...JOB.training, precision: 'mixed' } };

  it('is refused on every device, with what is missing', async () => {
    expect(await problems(mixed)).toEqual([
      expect.stringMatching(
        /^training.precision: "mixed" .* needs "device": "webgpu" \(the job asks for "auto"\)/,
      ),
    ]);
    expect(await problems({ ...mixed, device: 'cpu' })).toEqual([expect.stringContaining('asks for "cpu"')]);
    expect(await problems({ ...mixed, device: 'webgpu' })).toEqual([
      expect.stringMatching(/kernels for webgpu store and multiply float32 only, .*shader-f16/),
    ]);
  });

  it('is told together with everything else that is wrong', async () => {
    expect(await problems({ ...mixed, model: model(0), device: 'tpu' })).toHaveLength(3);
  });
});
