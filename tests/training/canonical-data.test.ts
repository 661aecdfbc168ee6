// Datasets in the forms of other libraries: how each is interpreted, and what the reply reports about it.

import { describe, expect, it } from 'vitest';
import { readCsv } from '#training/data/formats/csv.ts';
import { readInline } from '#training/data/formats/inline.ts';
import { validateJob } from '#training/job/validate.ts';
import { loadPredictor } from '#training/predict.ts';
import { fit as train } from '#training/run/fit.ts';
import { points, smallJob, watching } from './job.ts';

const LAYERS = ['Flatten', { type: 'Linear', out_features: 2 }];
const verdictOf = (dataset: object, model: object = { layers: LAYERS }) =>
  validateJob({ model, dataset, training: { loss: 'CrossEntropyLoss' } }, async () => null);
const toldOf = async (dataset: object, model?: object) => {
  const { details, job } = await verdictOf(dataset, model);
  expect(details).toEqual([]);
  return job!;
};
const problemsOf = async (dataset: object, model?: object) =>
  (await verdictOf(dataset, model)).details.map(({ param, message }) => `${param}: ${message}`);
const [a, b] = [
  [1, 2],
  [3, 4],
];
const IMAGES = [
  [a, b],
  [b, a],
];

describe('a model without an input', () => {
  it('takes its shape from the samples of the dataset', async () => {
    const { spec, interpreted } = await toldOf({ inputs: IMAGES, targets: [0, 1] });
    expect(spec.model.input).toEqual({ shape: [2, 2], dtype: 'float32' });
    expect(interpreted).toEqual([
      { param: 'model.input', from: null, to: { shape: [2, 2], dtype: 'float32' } },
    ]);
  });

  it('takes token numbers if an Embedding comes first', async () => {
    const layers = [{ type: 'Embedding', num_embeddings: 9, embedding_dim: 2 }, ...LAYERS];
    const { spec } = await toldOf({ inputs: [a, b], targets: [0, 1] }, { layers });
    expect(spec.model.input).toEqual({ shape: [2], dtype: 'int32' });
  });
});

describe('arrays whose shape differs in dimensions of size 1', () => {
  const model = {
    input: { shape: [1, 2, 2] },
    layers: [{ type: 'Conv2d', out_channels: 1, kernel_size: 1 }, ...LAYERS],
  };

  it('are read as the shape that fits: images without a channel, labels in a column', async () => {
    const { interpreted } = await toldOf({ inputs: IMAGES, targets: [[0], [1]] }, model);
    expect(interpreted).toEqual([
      { param: 'dataset.inputs', from: [2, 2], to: [1, 2, 2] },
      { param: 'dataset.targets', from: [1], to: [] },
    ]);
  });

  it('train to the same bits, and predict takes rows of either shape', async () => {
    const training = { epochs: 2, batch_size: 2, validation_split: 0 };
    const flat = { inputs: IMAGES, targets: [0, 1] };
    const deep = { inputs: IMAGES.map((image) => [image]), targets: [[0], [1]] };
    const models = await Promise.all(
      [flat, deep].map(async (data) => {
        const { spec, table } = await smallJob({ model, training }, data);
        return (await train(spec, table, watching())).model;
      }),
    );
    const [first, second] = await Promise.all(models.map((bytes) => loadPredictor(bytes)));
    const expected = await first!.predict({ inputs: flat.inputs });
    expect(await first!.predict({ inputs: deep.inputs })).toEqual(expected);
    expect(await second!.predict({ inputs: flat.inputs })).toEqual(expected);
  });
});

describe('targets of a classification', () => {
  it('may be one-hot or probabilities, and one-hot targets train like class indices', async () => {
    const data = points(40);
    const hot = { ...data, targets: data.targets.map((t) => [1 - t, t]) };
    const runs = await Promise.all(
      [data, hot].map(async (each) => {
        const { spec, table } = await smallJob({}, each);
        const hooks = watching();
        await train(spec, table, hooks);
        return hooks.reports.map(({ values }) => values);
      }),
    );
    for (const [i, values] of runs[0]!.entries()) {
      for (const [name, value] of Object.entries(values)) {
        expect(runs[1]![i]![name]).toBeCloseTo(value as number, 5);
      }
    }
    const { interpreted } = await toldOf({
      inputs: [a, b],
      targets: [
        [0.5, 0.5],
        [0, 1],
      ],
    });
    expect(interpreted.at(-1)).toEqual({
      param: 'dataset.targets',
      from: [2],
      to: 'probabilities of 2 classes',
    });
  });

  it('are rejected as probabilities if one is outside 0 … 1', async () => {
    expect(
      await problemsOf({
        inputs: [a, b],
        targets: [
          [0.5, 0.5],
          [0, 1.5],
        ],
      }),
    ).toEqual([
      'dataset.targets[1]: CrossEntropyLoss takes the probability of every class if the targets are [2], but there is a target 1.5',
    ]);
  });

  it('may be text, with the sorted names as classes', async () => {
    const { inline, interpreted } = await toldOf({ inputs: [a, b, a], targets: ['dog', 'cat', 'dog'] });
    expect(inline!.info.target).toMatchObject({ kind: 'classes', labels: ['cat', 'dog'], max: 1 });
    expect([...inline!.table.targets]).toEqual([1, 0, 1]);
    expect(interpreted[1]).toEqual({
      param: 'dataset.targets',
      from: 'text',
      to: { classes: 2, labels: ['cat', 'dog'] },
    });
    expect(await problemsOf({ inputs: [a, b], targets: ['dog', 1] })).toEqual([
      'dataset.targets[1]: number but the first target is text: targets must be all text or all numbers',
    ]);
  });

  it('may be booleans, or numbers given as text', () => {
    expect([...readInline({ inputs: [[true], [false]], targets: [false, true] }).table.targets]).toEqual([
      0, 1,
    ]);
    const { info } = readInline({ inputs: [[1], [2]], targets: ['0.5', '2'] });
    expect(info.target).toMatchObject({ kind: 'numbers', labels: null, min: 0.5, max: 2 });
  });
});

describe('a CSV written by pandas', () => {
  const csv = (text: string, choice = {}) =>
    readCsv(
      (async function* () {
        yield Buffer.from(text);
      })(),
      choice,
    );

  it.each(['', 'Unnamed: 0'])('is read without its index, a first column named "%s"', async (name) => {
    const { info, interpreted } = await csv(`${name},x,y\n0,1.5,2\n1,2.5,3\n`);
    expect(info.features).toEqual(['x']);
    expect(interpreted).toEqual([{ param: 'header[0]', from: name, to: 'left out as an index' }]);
  });

  it('keeps the index column if it is requested', async () => {
    const { info } = await csv('Unnamed: 0,x,y\n0,1.5,2\n1,2.5,3\n', { features: 'Unnamed: 0,x' });
    expect(info.features).toEqual(['Unnamed: 0', 'x']);
  });
});

describe('suggests the layer missing between two shapes', () => {
  it.each<[string, object, object, RegExp]>([
    [
      'a Flatten at the beginning',
      { inputs: IMAGES, targets: [0, 1] },
      { input: [4], layers: [{ type: 'Linear', out_features: 2 }] },
      /model\.input: \[4\] given, but the dataset's samples are \[2, 2\]: "shape": \[2, 2\], then a Flatten/,
    ],
    [
      'a Flatten before a Linear',
      { inputs: IMAGES, targets: [0, 1] },
      { layers: [{ type: 'Linear', in_features: 4, out_features: 2 }] },
      /in_features 4 given, but 2 arrive from the input \[2, 2\]; a Flatten before it turns \[2, 2\] into 4/,
    ],
    [
      'a Permute before a convolution',
      { inputs: [[[[1, 2, 3]]], [[[4, 5, 6]]]], targets: [0, 1] },
      { layers: [{ type: 'Conv2d', in_channels: 3, out_channels: 2, kernel_size: 1 }, ...LAYERS] },
      /the channels come first: put \{"type": "Permute", "dims": \[0, 3, 1, 2\]\}/,
    ],
    [
      'a channel',
      { inputs: IMAGES, targets: [0, 1] },
      { layers: [{ type: 'Conv2d', out_channels: 2, kernel_size: 1 }, ...LAYERS] },
      /one channel it is \[1, 2, 2\]: put \{"type": "Unflatten", "dim": 1, "unflattened_size": \[1, 2\]\}/,
    ],
  ])('such as %s', async (_, dataset, model, message) => {
    expect((await problemsOf(dataset, model))[0]).toMatch(message);
  });
});
