// Jobs with augmentation: the same bits whether their rows are streamed or in memory, and whatever interrupts them; held-out rows are not
// augmented.

import { describe, expect, it } from 'vitest';
import { wasm } from '#engine/backends/wasm/wasm.ts';
import { openTable } from '#training/data/rows/table-file.ts';
import type { StoredTable } from '#training/data/table.ts';
import { validateJob } from '#training/job/validate.ts';
import { loadPredictor } from '#training/predict.ts';
import { fit as train } from '#training/run/fit.ts';
import { inFiles } from '../feed/in-files.ts';
import { smallJob, watching } from '../job.ts';

const AUGMENT = [
  { type: 'RandomCrop', padding: 1 },
  'RandomHorizontalFlip',
  { type: 'RandomRotation', degrees: 20, interpolation: 'bilinear' },
  { type: 'RandomResizedCrop', scale: [0.5, 1] },
  { type: 'ColorJitter', brightness: 0.3, contrast: 0.3, saturation: 0.3, hue: 0.1 },
  'RandomErasing',
];
const LAYERS = [
  { type: 'Conv2d', out_channels: 4, kernel_size: 3 },
  'ReLU',
  'Flatten',
  { type: 'Linear', out_features: 2 },
];

/** Images of 3 × 6 × 5 bytes. */
async function imagesJob(images: object | undefined, training: object = {}, count = 203) {
  const inputs = Array.from({ length: count }, (_, i) =>
    Array.from({ length: 3 }, (_, c) =>
      Array.from({ length: 6 }, (_, y) =>
        Array.from({ length: 5 }, (_, x) => (i * 41 + c * 17 + y * 89 + x * 31) % 256),
      ),
    ),
  );
  const data = { inputs, targets: inputs.map((_, i) => i % 2) };
  const { spec, table } = await smallJob({ model: { layers: LAYERS }, training, seed: 11 }, data);
  const info = { ...table.info, input_dtype: 'uint8' as const };
  const preprocess = { ...(images && { images }) };
  const { details, job } = await validateJob({ ...spec, preprocess }, async () => info);
  expect(details).toEqual([]);
  const own: StoredTable = { ...table, info, inputs: Uint8Array.from(table.inputs) };
  return { spec: { ...job!.spec, dataset: 'ds_' as const }, own };
}

const CASES = {
  bytes: { augment: AUGMENT },
  'bytes that are normalised by what is fitted': { augment: AUGMENT, normalize: 'fitted' },
};

describe.each(Object.entries(CASES))('a job that augments %s', (_, images) => {
  it('gives the same bits from files as from memory, in windows of any size', async () => {
    const { spec, own } = await imagesJob(images, { accumulate_steps: 2, test: { fraction: 0.1 } });
    const hooks = [watching(), watching(), watching()] as const;
    await using stored = await inFiles(own);
    using table = openTable(stored.files);
    const inMemory = await train(spec, own, hooks[0], { backend: wasm });
    const fromFiles = await train(spec, table, hooks[1], { backend: wasm });
    const inSmall = await train(spec, own, hooks[2], { backend: wasm, dataBytes: 8_000 });
    for (const [i, other] of [fromFiles, inSmall].entries()) {
      expect(Buffer.compare(other.model, inMemory.model)).toBe(0);
      expect(other.test).toEqual(inMemory.test);
      expect(hooks[i + 1]!.reports.map(({ values }) => values)).toEqual(
        hooks[0].reports.map(({ values }) => values),
      );
    }
  });

  it('resumes within an epoch to the bits of the unbroken run', async () => {
    const { spec, own } = await imagesJob(images);
    const whole = await train(spec, own, watching(), { backend: wasm });
    await using stored = await inFiles(own);
    using table = openTable(stored.files);
    const first = await train(spec, table, watching(9), { backend: wasm, dataBytes: 8_000 });
    expect(first.outcome).toBe('cancelled');
    expect(first.state.position).toBeGreaterThan(0);
    const second = await train(spec, own, watching(), { backend: wasm, from: first.state });
    expect(Buffer.compare(second.model, whole.model)).toBe(0);
  });
});

it('augments training rows but never held-out rows', async () => {
  const losses = async (images: object | undefined) => {
    const hooks = watching();
    const training = {
      optimizer: { type: 'SGD', lr: 1e-30 },
      epochs: 2,
      shuffle: false,
      test: { fraction: 0.2 },
    };
    const { spec, own } = await imagesJob(images, training);
    const { test } = await train(spec, own, hooks, { backend: wasm });
    return { reports: hooks.reports.map(({ values }) => values), test: test!.values };
  };
  const plain = await losses(undefined);
  const changed = await losses({ augment: AUGMENT });
  for (const epoch of [0, 1]) {
    expect(changed.reports[epoch]!.val_loss).toBe(plain.reports[epoch]!.val_loss);
    expect(changed.reports[epoch]!.train_loss).not.toBe(plain.reports[epoch]!.train_loss);
  }
  expect(changed.test).toEqual(plain.test);
  expect(changed.reports[0]!.train_loss).not.toBe(changed.reports[1]!.train_loss);
  expect(plain.reports[0]!.train_loss).toBe(plain.reports[1]!.train_loss);
});

it('predicts without augmentation', async () => {
  const { spec, own } = await imagesJob({ augment: AUGMENT, normalize: 'fitted' }, { epochs: 1 }, 40);
  const { model } = await train(spec, own, watching(), { backend: wasm });
  const predictor = await loadPredictor(model);
  const once = await predictor.outputs(own.inputs.subarray(0, 90));
  expect(await predictor.outputs(own.inputs.subarray(0, 90))).toEqual(once);
  predictor.dispose();
});
