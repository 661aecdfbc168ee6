// Validating the training settings: their ranges, the memory they need, and mixed precision, which no device offers.

import { describe, expect, it } from 'vitest';
import type { DatasetInfo } from '#contracts/datasets/dataset.ts';
import { INFO, JOB, model, numbers, problems } from './valid-job.ts';

const trainingProblems = (training: object, info: DatasetInfo = INFO) =>
  problems({ ...JOB, training: { ...JOB.training, ...training } }, info);

describe('the training settings', () => {
  it('must name the loss only', async () => {
    expect(await problems({ ...JOB, training: {} })).toEqual(['training.loss: name what to minimize']);
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
      /training\.drop_last: the 50 training samples make up a single batch smaller than 64/,
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
  ])('are refused with %j', async (training, message) => {
    const found = await trainingProblems(training);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(message);
  });

  it('cannot ask for the accuracy of a regression', async () => {
    const found = await problems(
      { ...JOB, model: model(1), training: { loss: 'MSELoss', metrics: ['accuracy'] } },
      numbers({}),
    );
    expect(found).toEqual(['training.metrics[0]: accuracy does not apply to the outputs of MSELoss']);
  });

  it('are refused with more steps than the limit', async () => {
    const found = await trainingProblems({ epochs: 1e6, batch_size: 1 }, { ...INFO, samples: 1e6 });
    expect(found[0]).toMatch(/training\.epochs: 1000000 epochs of 1000000 steps/);
  });

  it('are refused if they need more memory than the limit, by the setting that needs it', async () => {
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

describe('mixed precision', () => {
  const mixed = { ...JOB, training: { ...JOB.training, precision: 'mixed' } };

  it('is refused on every device, with the reason', async () => {
    expect(await problems(mixed)).toEqual([
      expect.stringMatching(
        /^training.precision: "mixed" .* needs "device": "webgpu" \(the job requests "auto"\)/,
      ),
    ]);
    expect(await problems({ ...mixed, device: 'cpu' })).toEqual([expect.stringContaining('requests "cpu"')]);
    expect(await problems({ ...mixed, device: 'webgpu' })).toEqual([
      expect.stringMatching(/webgpu kernels store and multiply float32 only, .*shader-f16/),
    ]);
  });

  it('is reported together with all other problems', async () => {
    expect(await problems({ ...mixed, model: model(0), device: 'tpu' })).toHaveLength(3);
  });
});
