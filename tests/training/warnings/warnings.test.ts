import { describe, expect, it } from 'vitest';
import { wasm } from '#engine/backends/wasm/wasm.ts';
import { readInline } from '#training/data/formats/inline.ts';
import { validateJob } from '#training/job/validate.ts';
import { validateModel } from '#training/job/validate-model.ts';
import { fit as train } from '#training/run/fit.ts';
import { OverfitWatch } from '#training/warnings/watch.ts';
import { smallJob, watching } from '../job.ts';

const linear = (out_features: number) => ({ type: 'Linear', out_features });

interface Given {
  layers: unknown[];
  loss: string;
  targets: unknown[];
  preprocess?: object | string;
  shape?: number[];
}

async function warningsOf({ layers, loss, targets, preprocess, shape = [2] }: Given) {
  const sample = (sizes: number[]): unknown =>
    sizes.length === 0 ? 0.5 : Array.from({ length: sizes[0]! }, () => sample(sizes.slice(1)));
  const dataset = { inputs: targets.map(() => sample(shape)), targets };
  const model = { input: { shape }, layers };
  const body = { model, dataset, training: { loss }, ...(preprocess === undefined ? {} : { preprocess }) };
  const { details, job } = await validateJob(body, async () => null);
  expect(details).toEqual([]);
  return job!.warnings.map(({ code, param }) => `${code} ${param}`);
}

describe('a job is warned', () => {
  const yes = [0, 1, 1, 0];
  it.each<[string, Given, string[]]>([
    [
      'of Softmax before CrossEntropyLoss',
      { layers: [linear(2), 'Softmax'], loss: 'CrossEntropyLoss', targets: yes },
      ['softmax_before_cross_entropy model.layers[1]'],
    ],
    [
      'of Softmax before a Dropout as well',
      { layers: [linear(2), 'Softmax', 'Dropout'], loss: 'CrossEntropyLoss', targets: yes },
      ['softmax_before_cross_entropy model.layers[1]'],
    ],
    [
      'of a Sigmoid before BCEWithLogitsLoss',
      { layers: [linear(1), 'Sigmoid'], loss: 'BCEWithLogitsLoss', targets: yes },
      ['sigmoid_before_logits model.layers[1]'],
    ],
    [
      'of BCELoss without a Sigmoid',
      { layers: [linear(1)], loss: 'BCELoss', targets: yes },
      ['bce_without_sigmoid training.loss'],
    ],
    [
      'of NLLLoss without LogSoftmax',
      { layers: [linear(2)], loss: 'NLLLoss', targets: yes },
      ['nll_without_log_softmax training.loss'],
    ],
    [
      'of targets far from unit scale that are not scaled',
      { layers: [linear(1)], loss: 'MSELoss', targets: [250_000, 260_000], preprocess: 'none' },
      ['target_scale preprocess.target'],
    ],
    [
      'of targets that a Sigmoid never reaches',
      { layers: [linear(1), 'Sigmoid'], loss: 'MSELoss', targets: [250, 260] },
      ['target_scale preprocess.target'],
    ],
    [
      'of targets that hardly differ',
      { layers: [linear(1)], loss: 'L1Loss', targets: [1.0001, 1.0002], preprocess: 'none' },
      ['target_scale preprocess.target'],
    ],
    [
      'of one class only',
      { layers: [linear(2)], loss: 'CrossEntropyLoss', targets: [1, 1, 1] },
      ['one_class dataset'],
    ],
    [
      'of labels that start at 1',
      { layers: [linear(4)], loss: 'CrossEntropyLoss', targets: [1, 2, 3, 1] },
      ['labels_from_one dataset'],
    ],
    [
      'of more outputs than classes',
      { layers: [linear(8), 'ReLU', linear(10)], loss: 'CrossEntropyLoss', targets: [0, 1, 2] },
      ['more_outputs model.layers[2]'],
    ],
    [
      'of images that seem to have channels last',
      {
        shape: [8, 8, 3],
        layers: [{ type: 'Conv2d', out_channels: 2, kernel_size: 3 }, 'Flatten', linear(2)],
        loss: 'CrossEntropyLoss',
        targets: yes,
      },
      ['channels_last model.input.shape'],
    ],
    ['of nothing if all is well', { layers: [linear(2)], loss: 'CrossEntropyLoss', targets: yes }, []],
    [
      'of nothing for LogSoftmax before CrossEntropyLoss, which is harmless',
      { layers: [linear(2), 'LogSoftmax'], loss: 'CrossEntropyLoss', targets: yes },
      [],
    ],
    [
      'of nothing if the targets are scaled',
      { layers: [linear(1)], loss: 'MSELoss', targets: [2e5, 3e5] },
      [],
    ],
    ['of nothing for probabilities', { layers: [linear(1), 'Sigmoid'], loss: 'BCELoss', targets: yes }, []],
    [
      'of nothing if a Permute puts the channels first',
      {
        shape: [8, 8, 3],
        layers: [
          { type: 'Permute', dims: [0, 3, 1, 2] },
          { type: 'Conv2d', out_channels: 2, kernel_size: 3 },
          'Flatten',
          linear(2),
        ],
        loss: 'CrossEntropyLoss',
        targets: yes,
      },
      [],
    ],
  ])('%s', async (_, given, expected) => {
    expect(await warningsOf(given)).toEqual(expected);
  });

  it('of its model alone in a dry run of the model', () => {
    const conv = { type: 'Conv2d', out_channels: 2, kernel_size: 3 };
    const { report } = validateModel({ input: { shape: [28, 28, 3] }, layers: [conv] });
    expect(report!.warnings).toMatchObject([
      {
        code: 'channels_last',
        message: expect.stringContaining('channels first is [3, 28, 28]'),
      },
    ]);
    expect(validateModel({ input: { shape: [1, 28, 28] }, layers: [conv] }).report!.warnings).toEqual([]);
  });

  it('once during training of a class without training rows', async () => {
    const targets = [0, 1, 0, 1, 0, 1, 0, 1, 2, 2];
    const { spec, table } = await smallJob(
      {
        model: { layers: [linear(3)] },
        training: { validation_split: 0, validation: { fraction: 0.2, by: 'last' } },
      },
      { inputs: targets.map((value) => [value, 1]), targets },
    );
    const told: string[] = [];
    const hooks = { ...watching(), onWarning: ({ message }: { message: string }) => void told.push(message) };
    await train(spec, table, hooks, { backend: wasm });
    expect(told).toEqual([
      expect.stringMatching(/^no training row belongs to the class 2: the model cannot learn it/),
    ]);
    const { table: all } = { table: readInline({ inputs: [[0], [1]], targets: [0, 1] }).table };
    const other = { ...spec, training: { ...spec.training, validation: null }, model: spec.model };
    told.length = 0;
    await train(other, table, hooks, { backend: wasm });
    expect([told, all.info.samples]).toEqual([[], 2]);
  });
});

describe('validation loss that rises while training loss falls', () => {
  const told = (losses: [train: number, val: number][]) => {
    const watch = new OverfitWatch();
    return losses.flatMap(
      ([train_loss, val_loss], i) => watch.look(i + 1, { train_loss, val_loss })?.message ?? [],
    );
  };
  const rising = (epochs: number): [number, number][] =>
    Array.from({ length: epochs }, (_, i) => [1 / (i + 1), i < 5 ? 1 - i / 10 : 0.6 + (i - 4) / 50]);

  it('is reported once, with the best epoch', () => {
    expect(told(rising(40))).toEqual([
      expect.stringMatching(
        /^val_loss was best after epoch 5 \(0\.6000\) and has risen to 0\.8000 by epoch 15,/,
      ),
    ]);
  });

  it('is not reported before ten such epochs, if training loss rises too, or if nothing is held out', () => {
    expect(told(rising(14))).toEqual([]);
    expect(told(rising(40).map(([, val]) => [val, val]))).toEqual([]);
    expect(new OverfitWatch().look(1, { train_loss: 1 })).toBeNull();
  });

  it('is not reported for noise around the best', () => {
    expect(told(Array.from({ length: 60 }, (_, i) => [1 / (i + 1), i === 5 ? 0.99 : 1]))).toEqual([]);
  });
});
