// preprocess.images: what the job reports, what is refused, and the numbers that the network sees.

import { describe, expect, it } from 'vitest';
import type { DatasetInfo } from '#contracts/datasets/dataset.ts';
import { readInline } from '#training/data/formats/inline.ts';
import { rowsIn } from '#training/data/rows/rows.ts';
import { applyTransform, fitChannels } from '#training/data/transform.ts';
import { validateJob } from '#training/job/validate.ts';
import { decodeArtifact } from '#training/run/artifact.ts';
import { fit as train } from '#training/run/fit.ts';
import { smallJob, watching } from '../job.ts';

const image = (i: number, channels = 3) =>
  Array.from({ length: channels }, (_, c) => [
    [(i * 37 + c * 50) % 256, (i * 11 + 3) % 256],
    [(i * 5 + c) % 256, 10 * c + (i % 3)],
  ]);

async function asked(
  images: unknown,
  { inputs = Array.from({ length: 20 }, (_, i) => image(i)) as unknown[], dtype = 'uint8', over = {} } = {},
) {
  const { table } = readInline({ inputs, targets: inputs.map((_, i) => i % 2) });
  const info = { ...table.info, input_dtype: dtype } as DatasetInfo;
  const request = {
    model: { layers: ['Flatten', { type: 'Linear', out_features: 2 }] },
    dataset: 'ds_',
    training: { loss: 'CrossEntropyLoss', epochs: 1 },
    preprocess: { images, ...over },
  };
  return validateJob(request, async () => info);
}

const refusals = async (...given: Parameters<typeof asked>) =>
  (await asked(...given)).details.map(({ param, message }) => `${param}: ${message}`);

describe('a job is returned', () => {
  it('with every default of its image settings', async () => {
    const { details, job } = await asked({
      normalize: 'imagenet',
      augment: [
        'RandomHorizontalFlip',
        { type: 'RandomCrop', padding: 1 },
        { type: 'transforms.random_rotation', degrees: 10 },
      ],
    });
    expect(details).toEqual([]);
    expect(job!.spec.preprocess).toEqual({
      inputs: 'scale',
      target: 'none',
      images: {
        normalize: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
        augment: [
          { type: 'RandomHorizontalFlip', p: 0.5 },
          { type: 'RandomCrop', size: null, padding: 1, fill: 0, padding_mode: 'constant' },
          { type: 'RandomRotation', degrees: 10, interpolation: 'nearest', fill: 0 },
        ],
      },
    });
    expect(job!.interpreted).toContainEqual({
      param: 'preprocess.images.augment[2].type',
      from: 'transforms.random_rotation',
      to: 'RandomRotation',
    });
  });

  it('without image settings if it has none', async () => {
    const { job } = await asked(undefined);
    expect(job!.spec.preprocess).toEqual({ inputs: 'scale', target: 'none' });
  });
});

describe('reports every mistake', () => {
  it('in the settings', async () => {
    const found = await refusals({
      normalize: { mean: [0.5], std: [0.5, 0] },
      augment: [{ type: 'RandomHorizontalFlip', p: 2 }],
    });
    expect(found).toEqual(['preprocess.images.normalize.std[1]: must be above 0']);
    expect(
      await refusals({
        normalize: { mean: [0.5], std: [0.5, 1] },
        augment: [
          { type: 'RandomHorizontalFlip', p: 2 },
          { type: 'RandomCrop', size: 32, padding: 4 },
          { type: 'RandomCrop', padding: 2, padding_mode: 'reflect' },
          { type: 'RandomRotatoin', degrees: 10 },
          { type: 'RandomRotation', degrees: [20, 10] },
          { type: 'ColorJitter' },
          { type: 'RandomErasing', value: [0, 300] },
        ],
      }),
    ).toEqual([
      'preprocess.images.normalize.mean: 1 numbers given, but the images have 3 channels',
      'preprocess.images.normalize.std: 2 numbers given, but the images have 3 channels',
      'preprocess.images.augment[0].p: must be at most 1',
      'preprocess.images.augment[1].size: [32, 32] given, but the images are [2, 2], and a crop must have their size',
      'preprocess.images.augment[2].padding: the image of 2 × 2 has too few pixels to mirror',
      expect.stringMatching(
        /^preprocess\.images\.augment\[3\]\.type: unknown augmentation "RandomRotatoin"; did you mean "RandomRotation"/,
      ),
      expect.stringMatching(/^preprocess\.images\.augment\[4\]\.degrees: /),
      'preprocess.images.augment[5]: changes nothing: set brightness, contrast, saturation or hue, for example to 0.2',
      'preprocess.images.augment[6].value: 2 numbers given, but the images have 3 channels',
      'preprocess.images.augment[6].value: must be in 0 … 255, like the values of the dataset (uint8)',
    ]);
  });

  it('in combination with the dataset', async () => {
    const grey = { inputs: Array.from({ length: 20 }, (_, i) => image(i, 1)) };
    expect(await refusals({ normalize: 'imagenet' }, grey)).toEqual([
      'preprocess.images.normalize: "imagenet" is for 3 channels, but the images have 1: use "fitted"',
    ]);
    expect(await refusals({ augment: [{ type: 'ColorJitter', saturation: 0.2 }] }, grey)).toEqual([
      'preprocess.images.augment[0].saturation: images of one channel have no colors',
    ]);
    expect(
      await refusals({ augment: [{ type: 'ColorJitter', brightness: 0.2 }] }, { dtype: 'float64' }),
    ).toEqual([
      'preprocess.images.augment[0]: ColorJitter takes 0 for black and 1 for white; the values of the dataset are 0 … 254: "preprocess.inputs": "scale" divides by 255',
    ]);
    expect(await refusals({ normalize: 'fitted' }, { over: { inputs: 'standardize' } })).toEqual([
      'preprocess.images.normalize: "preprocess.inputs": "standardize" already does so for each number: use one of the two',
    ]);
    const flat = { inputs: Array.from({ length: 20 }, (_, i) => [i, 1]) };
    expect(await refusals({ normalize: 'fitted' }, flat)).toEqual([
      'preprocess.images: applies to images, [channels, height, width] or [height, width], but the samples of the dataset are [2]',
    ]);
    expect(await refusals({ normalise: 'fitted' })).toEqual([
      'preprocess.images.normalise: unknown key "normalise"; did you mean "normalize"?',
    ]);
  });
});

describe('normalization', () => {
  it('fits mean and standard deviation of each channel to the given rows', () => {
    const rows = rowsIn(Uint8Array.of(0, 51, 255, 255, 102, 153, 255, 255, 9, 9, 9, 9), 4);
    const { mean, std } = fitChannels(rows, Int32Array.of(0, 1), 2, 255);
    // Channel 0 over both rows: 0, 0.2, 0.4, 0.6; channel 1 is all 1.
    expect(mean[0]).toBeCloseTo(0.3, 14);
    expect(std[0]).toBeCloseTo(Math.sqrt(0.05), 14);
    expect([mean[1], std[1]]).toEqual([1, 1]);
  });

  it('is (x / 255 − mean) / std per channel', () => {
    const transform = { kind: 'channels', divisor: 255, mean: [0.5, 0.25], std: [0.5, 0.125] } as const;
    const seen = applyTransform(
      { ...transform, mean: [...transform.mean], std: [...transform.std] },
      Uint8Array.of(0, 255, 0, 255, 255, 0, 51, 255),
      4,
    );
    expect([...seen]).toEqual([-1, 1, -2, 6, 1, -1, Math.fround((0.2 - 0.25) / 0.125), 6]);
  });

  it('is fitted to training rows only, and stored with the model', async () => {
    const inputs = Array.from({ length: 20 }, (_, i) => image(i));
    const { spec, table } = await smallJob(
      {
        model: { layers: ['Flatten', { type: 'Linear', out_features: 2 }] },
        preprocess: { inputs: 'scale', images: { normalize: 'fitted' } },
        training: { validation: { fraction: 0.5 }, validation_split: 0 },
      },
      { inputs, targets: inputs.map((_, i) => i % 2) },
    );
    const { model } = await train(spec, table, watching());
    const { transform } = decodeArtifact(model, 'last').card;
    const all = fitChannels(rowsIn(table.inputs, 12), Int32Array.from(inputs.keys()), 3, 255);
    expect(transform).toMatchObject({ kind: 'channels', divisor: 255 });
    if (transform.kind !== 'channels') return;
    expect(transform.mean).toHaveLength(3);
    expect(transform.mean).not.toEqual(all.mean);
  });
});
